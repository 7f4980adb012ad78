import { describe, expect, it } from 'vitest';
import { describeLateness, logLateness } from '../../../../src/boxes/publish/lateness.ts';
import { createRepeatLog } from '../../../../src/core/repeat-log.ts';
import { FakeClock } from '../../../support/clock.ts';

describe('how far boxes are behind', () => {
  it.each([
    [200_000, 5, 'boxes are up to 200 s behind; EDITS_PER_SECOND=50 would make it 20 s'],
    [60_000, 5, 'boxes are up to 60 s behind; EDITS_PER_SECOND=20 would make it 15 s'],
    [40_000, 0.5, 'boxes are up to 40 s behind; EDITS_PER_SECOND=1 would make it 20 s'],
    [2_000_000, 50, 'boxes are up to 2000 s behind; EDITS_PER_SECOND=1000 would make it 100 s'],
    [60_000, 1_000, 'boxes are up to 60 s behind'],
    [15_000, 5, 'boxes are up to 15 s behind'],
  ])('%i ms at %f a second', (behindMs, perSecond, words) => {
    expect(describeLateness(behindMs, perSecond)).toBe(words);
  });

  it('is logged once, and once when it is over', () => {
    const lines: string[] = [];
    const into = (_fields: object, message: string): void => void lines.push(message);
    const log = { debug: into, info: into, warn: into, error: into };
    const repeats = createRepeatLog(log, new FakeClock());
    for (const waitedMs of [0, 29_000, 31_000, 20_000, 200_000, 11_000, 9_000, 0]) logLateness(repeats, waitedMs, 5);
    expect(lines).toEqual([
      'The budget of requests is spent: boxes are up to 31 s behind; EDITS_PER_SECOND=10 would make it 16 s.',
      'Boxes are up to date again within the budget.',
    ]);
  });
});
