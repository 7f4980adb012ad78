// Counts how often connecting failed in a row, and says how long to wait. It has no clock.

import type { Verdict } from './connection-state.ts';

export interface BackOffTiming {
  /** First and longest wait of the growing kind, in milliseconds. */
  leastMs: number;
  mostMs: number;
  /** The wait when only an operator can help. */
  slowMs: number;
}

export interface BackOff {
  /** The wait before the next attempt, with jitter, never shorter than what the gateway asked for. */
  next(verdict: Verdict): number;
  /** Call when a connection was established. */
  reset(): void;
}

export function createBackOff(timing: BackOffTiming, random: () => number): BackOff {
  let failures = 0;
  return {
    next({ retry, retryAfterMs = 0 }) {
      const grown = Math.min(timing.mostMs, timing.leastMs * 2 ** Math.min(failures, 10));
      const base = { slow: timing.slowMs, fast: timing.leastMs, backoff: grown }[retry];
      if (retry === 'backoff') failures += 1;
      // Between half and all of it, so that many watchers do not come back at once.
      return Math.max(retryAfterMs, base * (0.5 + random() / 2));
    },
    reset: () => {
      failures = 0;
    },
  };
}
