import { describe, expect, it } from 'vitest';
import { watchClock } from '../../../src/process/clock-watch.ts';

function clockAt(times: { now: number; monotonic: number }) {
  return { now: () => times.now, monotonic: () => times.monotonic, after: () => () => {} };
}

describe('the watch over the clock', () => {
  it.each([
    ['ordinary time', 500, 500, 0],
    ['a busy machine, ten seconds late', 10_000, 10_000, 0],
    ['the clock was set an hour ahead', 3_600_500, 500, 3_600_000],
    ['the clock was set an hour ahead a moment ago', 3_600_020, 20, 3_600_000],
    ['the clock was set an hour back', -3_599_500, 500, -3_600_000],
    ['an hour of sleep that the steady clock leaves out', 3_600_500, 500, 3_600_000],
    ['a drift of a few seconds', 4_500, 500, 0],
    ['an hour of sleep that the steady clock counts', 3_600_500, 3_600_500, 3_600_000, true],
    ['the clock was set back while the machine slept for an hour', 1_800_500, 3_600_500, 1_800_000, true],
    ['an hour in which only this process stood still', 3_600_500, 3_600_500, 0, false],
    ['the clock was set back while only this process stood still', 1_800_500, 3_600_500, -1_800_000, false],
  ])('%s', (_name, wallMs, steadyMs, jumpMs, countsSleep = false) => {
    const times = { now: 1_000_000, monotonic: 0 };
    const watch = watchClock(clockAt(times), 500, countsSleep);
    times.now += wallMs;
    times.monotonic += steadyMs;
    expect(watch.jumpedBy()).toBe(jumpMs);
    times.now += 500;
    times.monotonic += 500;
    expect(watch.jumpedBy()).toBe(0);
  });

  it('says for seven seconds that we are behind after the process stood still, and not after a jump or an ordinary tick', () => {
    const times = { now: 1_000_000, monotonic: 0 };
    const watch = watchClock(clockAt(times), 500, false);
    const behindAfter = (wallMs: number, steadyMs: number): boolean => {
      times.now += wallMs;
      times.monotonic += steadyMs;
      watch.jumpedBy();
      return watch.isBehind();
    };
    expect(behindAfter(500, 500)).toBe(false);
    expect(behindAfter(3_600_000, 500)).toBe(false);
    expect(behindAfter(60_000, 60_000)).toBe(true);
    expect(behindAfter(4_000, 4_000)).toBe(true);
    expect(behindAfter(3_500, 3_500)).toBe(false);
  });
});
