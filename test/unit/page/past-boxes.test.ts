import { expect, it } from 'vitest';
import type { PageBox } from '../../../src/page/page-box.ts';
import { PastBoxes, PAST_LIMITS } from '../../../src/page/past-boxes.ts';
import { ImmediateRows } from '../../../src/store/immediate-rows.ts';
import { rowsInMemory } from '../store/rows-in-memory.ts';
import { endedBox } from './sample-boxes.ts';

const HOUR_MS = 3_600_000;
const now = Date.parse('2026-11-21T12:00:00Z');

function endedAgo(id: string, hours: number): PageBox {
  return endedBox(id, { endedAt: now - hours * HOUR_MS });
}

function storedIn(rows: ImmediateRows): string[] {
  return rows.rows().map(({ key }) => key);
}

it('what ended within a day outlives a restart, whole', () => {
  const rows = new ImmediateRows(rowsInMemory(), 'ended');
  const past = new PastBoxes(rows, now);
  past.keep(endedAgo('a', 1), now);
  past.keep(endedAgo('b', 23), now);
  expect(new PastBoxes(rows, now).restored()).toEqual(
    [endedAgo('a', 1), endedAgo('b', 23)].map((box) => ({
      ...box,
      startedAt: expect.any(Number) as number,
      lastEventAt: expect.any(Number) as number,
    })),
  );
  expect(new PastBoxes(rows, now + 2 * HOUR_MS).restored().map(({ id }) => id)).toEqual(['a']);
  expect(storedIn(rows)).toEqual(['a']);
});

it.each([
  ['count', { ...PAST_LIMITS, count: 2 }],
  ['size', { ...PAST_LIMITS, chars: Math.round(2.5 * JSON.stringify(endedAgo('a', 1)).length) }],
] as const)('their %s is bounded: the oldest end goes first', (_what, limits) => {
  const rows = new ImmediateRows(rowsInMemory(), 'ended');
  const past = new PastBoxes(rows, now, limits);
  past.keep(endedAgo('a', 2), now);
  past.keep(endedAgo('b', 3), now);
  expect(past.keep(endedAgo('c', 1), now)).toEqual(['b']);
  expect(storedIn(rows).toSorted()).toEqual(['a', 'c']);
});

it('a turn that goes on is no past', () => {
  const rows = new ImmediateRows(rowsInMemory(), 'ended');
  const past = new PastBoxes(rows, now);
  past.keep(endedAgo('a', 2), now);
  past.drop('a');
  expect([storedIn(rows), past.restored()]).toEqual([[], []]);
});

it.each([null, 7, {}, { id: 'a' }, { ...endedAgo('b', 1) }, { ...endedAgo('a', 1), lines: 'no list' }])(
  'a stored row that is no box is dropped: %o',
  (value) => {
    const rows = new ImmediateRows(rowsInMemory(), 'ended');
    rows.put('a', value);
    expect([new PastBoxes(rows, now).restored(), storedIn(rows)]).toEqual([[], []]);
  },
);
