import { expect, it } from 'vitest';
import { addBounded, setBounded } from '../../../src/core/bounded-map.ts';

it('beyond its limit a map loses the key that was set longest ago', () => {
  const map = new Map<string, number>();
  for (const [index, key] of ['a', 'b', 'a', 'c', 'c', 'd'].entries()) setBounded(map, key, index, 3);
  expect([...map]).toEqual([
    ['a', 2],
    ['c', 4],
    ['d', 5],
  ]);
});

it('beyond its limit a set loses the value that was added longest ago', () => {
  const set = new Set<string>();
  for (const value of ['a', 'b', 'a', 'c', 'c', 'd']) addBounded(set, value, 3);
  expect([...set]).toEqual(['a', 'c', 'd']);
});
