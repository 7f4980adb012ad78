// The real time, and the watch over its jumps.

import type { Clock } from '../core/clock.ts';

/** Timers keep nothing alive: the daemon lives by its sources and servers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, delayMs), MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

const MAX_TIMER_MS = 2 ** 31 - 1; // setTimeout fires at once beyond this

const JUMP_MS = 5_000; // smaller steps are drift or a busy machine
const ASLEEP_MS = 30_000; // a tick this late means that the machine slept or was stopped, not that it was busy

/**
 * Returns a function to call at every tick, at most about `everyMs` apart: it gives by how many milliseconds the wall clock
 * jumped or the machine slept since the last call, and 0 in ordinary times.
 */
export function watchClock(clock: Clock, everyMs: number): () => number {
  let wallAt = clock.now();
  let monotonicAt = clock.monotonic();
  return () => {
    const wallMs = clock.now() - wallAt;
    const steadyMs = clock.monotonic() - monotonicAt;
    wallAt += wallMs;
    monotonicAt += steadyMs;
    if (steadyMs > ASLEEP_MS) return Math.round(wallMs - everyMs);
    return Math.abs(wallMs - steadyMs) > JUMP_MS ? Math.round(wallMs - steadyMs) : 0;
  };
}

/** Calls `run` again and again, `everyMs` after its last end; the returned function stops it. */
export function every(clock: Clock, everyMs: number, run: () => void): () => void {
  let cancel = clock.after(everyMs, again);
  function again(): void {
    run();
    cancel = clock.after(everyMs, again);
  }
  return () => cancel();
}
