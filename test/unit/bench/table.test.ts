// What `npm run bench` says about what it measured.

import { describe, expect, it } from 'vitest';
import { aboveFloor, type Figure, timesFloor } from '../../../bench/contract.ts';
import { readOptions } from '../../../bench/options.ts';
import { ROWS } from '../../../bench/rows/catalogue.ts';
import { tableOf, verdictOf } from '../../../bench/table.ts';

const figure = (more: Partial<Figure>): Figure => ({ what: 'time', now: 10, unit: 'ms', ...more });

describe('the verdict', () => {
  it.each<[string, Figure, string]>([
    ['without a goal', figure({}), '–'],
    ['at the limit', figure({ limit: 10 }), 'ok'],
    ['above it', figure({ limit: 4 }), 'missed by 2.5 ×'],
    ['at twice the floor', timesFloor(2, { ...figure({}), floor: 5 }), 'ok'],
    ['above twice the floor', timesFloor(2, { ...figure({}), floor: 2.5 }), 'missed by 2 ×'],
    ['so much above the floor', aboveFloor(7, { ...figure({}), floor: 3 }), 'ok'],
    ['more above the floor', aboveFloor(2, { ...figure({}), floor: 3 }), 'missed by 2 ×'],
    ['where nothing was measured', figure({ now: Number.NaN }), 'not measured'],
  ])('%s', (_where, measured, verdict) => {
    expect(verdictOf(measured)).toBe(verdict);
  });
});

it('the table has each figure beside its floor and its goal', () => {
  const row = { name: 'row', title: 'A row', run: async () => [] };
  const figures = [timesFloor(2, { ...figure({ now: 123.4 }), floor: 5 }), figure({ now: 0.1234, limit: 1, unit: '%' })];
  expect(tableOf([{ row, figures }]).replaceAll(/ +/g, ' ').split('\n').slice(2)).toEqual([
    '| A row: time | 123 ms | 5 ms | ≤ 2 × floor | missed by 12.3 × |',
    '| A row: time | 0.12 % | – | ≤ 1 % | ok |',
  ]);
});

describe('the options', () => {
  it('take every row, or those that are named, in the order of the table', () => {
    const names = (args: string[]): string[] => {
      const options = readOptions(args);
      return typeof options === 'object' ? options.rows.map(({ name }) => name) : [];
    };
    expect(names([])).toEqual(ROWS.map(({ name }) => name));
    expect(names(['--only', 'idle', '--only', 'start-up'])).toEqual(['start-up', 'idle']);
  });

  it('are refused in words', () => {
    expect(readOptions(['--only', 'nothing'])).toBe('There is no row nothing.');
    expect(readOptions(['--fast'])).toContain('--fast');
    expect(readOptions(['--help'])).toBeUndefined();
  });
});
