import { describe, expect, it } from 'vitest';
import { nextQuietTickAt } from '../../../../src/boxes/board/due-ticks.ts';

const isQuietTickDue = (eventAt: number, asOf: number, now: number): boolean => now >= nextQuietTickAt(eventAt, asOf);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe('the ticks of a silent turn', () => {
  it.each([
    [0, 30 * SECOND],
    [30 * SECOND, MINUTE],
    [MINUTE, 2 * MINUTE],
    [2 * MINUTE, 5 * MINUTE],
    [5 * MINUTE, 10 * MINUTE],
    [10 * MINUTE, 20 * MINUTE],
    [20 * MINUTE, 30 * MINUTE],
    [24 * 60 * MINUTE, 24 * 60 * MINUTE + 10 * MINUTE],
  ])('after the one at %i ms the next comes at %i ms, not sooner', (shownAt, nextAt) => {
    expect(isQuietTickDue(0, shownAt, nextAt - 1)).toBe(false);
    expect(isQuietTickDue(0, shownAt, nextAt)).toBe(true);
  });

  it('is due once, at the first look after it', () => {
    const lastEventAt = 1_000_000;
    const due = (shownAt: number, now: number): boolean => isQuietTickDue(lastEventAt, lastEventAt + shownAt, lastEventAt + now);
    expect(due(0, 29 * SECOND)).toBe(false);
    expect(due(0, 31 * SECOND)).toBe(true);
    expect(due(31 * SECOND, 40 * SECOND)).toBe(false);
    expect(due(31 * SECOND, 3 * MINUTE)).toBe(true);
  });

  it('is not due for a clock that went back', () => {
    expect(isQuietTickDue(1_000_000, 1_000_000, 900_000)).toBe(false);
  });

  it('come a dozen times in the first hour and 144 times a day after that', () => {
    let shownAt = 0;
    const ticks = (fromMs: number, toMs: number): number => {
      let count = 0;
      for (let now = fromMs; now < toMs; now += 500) {
        if (!isQuietTickDue(0, shownAt, now)) continue;
        shownAt = now;
        count += 1;
      }
      return count;
    };
    expect(ticks(0, 60 * MINUTE)).toBeLessThanOrEqual(12);
    expect(ticks(60 * MINUTE, 25 * 60 * MINUTE)).toBe(144);
  });
});
