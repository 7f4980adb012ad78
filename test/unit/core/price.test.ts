import { expect, it } from 'vitest';
import { costOf } from '../../../src/core/price.ts';

const USAGE = { input: 1_000_000, output: 2_000_000, cacheRead: 3_000_000, cacheWrite: 4_000_000, costUsd: 0 };
const price = (input: number) => ({ input, output: 10, cacheRead: 100, cacheWrite: 1_000 });

it('is the sum of the four parts, each at its price for a million tokens', () => {
  expect(costOf({ 'gpt-5.5': price(1) }, 'gpt-5.5', USAGE)).toBeCloseTo(1 + 20 + 300 + 4_000, 9);
});

it.each([
  ['the own name goes before patterns', { 'gpt-*': price(9), 'gpt-5.5': price(1) }, 'gpt-5.5', 4_321],
  ['the first pattern counts', { 'gpt-5*': price(1), 'gpt-*': price(9) }, 'gpt-5.5', 4_321],
  ['a model that no entry covers has no cost', { 'gpt-5.5': price(1) }, 'gpt-5.5-mini', 0],
  ['a model without a name has no cost, whatever the patterns', { '*': price(1) }, undefined, 0],
  ['a model is no property of objects', {}, 'constructor', 0],
] as const)('%s', (_what, prices, model, usd) => {
  expect(costOf(prices, model, USAGE)).toBeCloseTo(usd, 9);
});
