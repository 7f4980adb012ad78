// Compares both clocks at every tick: tells a clock that jumped and a machine that slept from a process that stood still.

import type { Clock } from '../core/clock.ts';

export interface ClockWatch {
  /** Call at every tick: by how many milliseconds the wall clock jumped or the machine slept since the last call; 0 in ordinary times. */
  jumpedBy(): number;
  /** The process stood still until a moment ago: the sources may not have caught up yet. */
  isBehind(): boolean;
}

const JUMP_MS = 5_000; // smaller steps are drift or a busy machine
const ASLEEP_MS = 30_000; // a tick this late means that the machine slept, if the steady clock counts sleep
const CATCH_UP_MS = 7_000; // a sweep over the transcripts comes every five seconds

/**
 * Ticks are at most about `everyMs` apart. On Linux the steady clock stops while the machine sleeps. So a tick that is late by both clocks
 * means that only this process stood still. Where the clock goes on (`countsSleep`), we take that for sleep, which is far more common.
 */
export function watchClock(clock: Clock, everyMs: number, countsSleep = process.platform !== 'linux'): ClockWatch {
  let wallAt = clock.now();
  let monotonicAt = clock.monotonic();
  let behindUntil = Number.NEGATIVE_INFINITY;
  return {
    jumpedBy: () => {
      const wallMs = clock.now() - wallAt;
      const steadyMs = clock.monotonic() - monotonicAt;
      wallAt += wallMs;
      monotonicAt += steadyMs;
      if (countsSleep && steadyMs > ASLEEP_MS) return Math.round(wallMs - everyMs);
      if (steadyMs > JUMP_MS) behindUntil = monotonicAt + CATCH_UP_MS;
      return Math.abs(wallMs - steadyMs) > JUMP_MS ? Math.round(wallMs - steadyMs) : 0;
    },
    isBehind: () => clock.monotonic() < behindUntil,
  };
}
