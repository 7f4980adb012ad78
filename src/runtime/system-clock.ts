// The real time.

import type { Clock } from '../core/clock.ts';

/** Timers keep the process alive; whoever sets one cancels it, and the foreground waits for none at the end. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, delayMs), MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

const MAX_TIMER_MS = 2 ** 31 - 1; // setTimeout fires at once beyond this

/** Calls `run` again and again, `everyMs` after its last end; the returned function stops it. */
export function every(clock: Clock, everyMs: number, run: () => void): () => void {
  let cancel = clock.after(everyMs, again);
  function again(): void {
    run();
    cancel = clock.after(everyMs, again);
  }
  return () => cancel();
}
