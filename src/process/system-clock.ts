// The clock of the system.

import type { Clock } from '../core/clock.ts';

/** Timers keep the process alive. Whoever sets one must cancel it; at the end the foreground waits for none. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, run) {
    return delayMs <= 0 ? atOnce(run) : atDeadline(performance.now() + delayMs, run);
  },
};

/** Node counts from the start of the turn of its loop and cuts fractions off, so its timers may fire early: the rest is waited for. */
function atDeadline(deadline: number, run: () => void): () => void {
  let timer = setTimeout(look, wholeMsUntil(deadline));
  function look(): void {
    if (performance.now() >= deadline) run();
    else timer = setTimeout(look, wholeMsUntil(deadline));
  }
  return () => clearTimeout(timer);
}

function wholeMsUntil(deadline: number): number {
  return Math.min(Math.ceil(deadline - performance.now()), MAX_TIMER_MS);
}

/** In the next turn of the event loop: a timer would wait for a millisecond, and what a line brings about waits for several of them. */
function atOnce(run: () => void): () => void {
  const turn = setImmediate(run);
  return () => clearImmediate(turn);
}

const MAX_TIMER_MS = 2 ** 31 - 1; // setTimeout fires at once beyond this

/** Calls `run` repeatedly, `everyMs` after its last end. The returned function stops that. */
export function every(clock: Clock, everyMs: number, run: () => void): () => void {
  let cancel = clock.after(everyMs, again);
  function again(): void {
    run();
    cancel = clock.after(everyMs, again);
  }
  return () => cancel();
}

export interface Soon {
  ask(): void;
  stop(): void;
}

/** Calls `run` once, `delayMs` after `ask` was called for the first time since its last end, however often it was. No timer runs before. */
export function soon(clock: Clock, delayMs: number, run: () => void): Soon {
  let cancel: (() => void) | undefined;
  function fire(): void {
    cancel = undefined;
    run();
  }
  return {
    ask: () => void (cancel ??= clock.after(delayMs, fire)),
    stop: () => cancel?.(),
  };
}
