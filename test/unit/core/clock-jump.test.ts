import { describe, expect, it } from 'vitest';
import { watchClock } from '../../../src/daemon/system-clock.ts';

function clockAt(times: { now: number; monotonic: number }) {
  return { now: () => times.now, monotonic: () => times.monotonic, after: () => () => {} };
}

describe('the watch over the clock', () => {
  it.each([
    ['ordinary time', 500, 500, 0],
    ['a busy machine, ten seconds late', 10_000, 10_000, 0],
    ['the clock was set an hour ahead', 3_600_500, 500, 3_600_000],
    ['the clock was set an hour ahead a moment ago', 3_600_020, 20, 3_600_000],
    ['the clock was set back while the machine slept for an hour', 1_800_500, 3_600_500, 1_800_000],
    ['the clock was set an hour back', -3_599_500, 500, -3_600_000],
    ['an hour of sleep that the steady clock counts', 3_600_500, 3_600_500, 3_600_000],
    ['an hour of sleep that the steady clock leaves out', 3_600_500, 500, 3_600_000],
    ['a drift of a few seconds', 4_500, 500, 0],
  ])('%s', (_name, wallMs, steadyMs, jumpMs) => {
    const times = { now: 1_000_000, monotonic: 0 };
    const jumped = watchClock(clockAt(times), 500);
    times.now += wallMs;
    times.monotonic += steadyMs;
    expect(jumped()).toBe(jumpMs);
    times.now += 500;
    times.monotonic += 500;
    expect(jumped()).toBe(0);
  });
});
