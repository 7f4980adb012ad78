// Plans how long one box waits after its requests failed, and says when a failure no longer counts as passing. Pure.

import { FAILURES, type Reason } from '../../core/sink.ts';

/** The failures of one box since its last success. Durations in milliseconds; `random` is 0 ≤ x < 1. */
export interface Failures {
  reason: Reason;
  /** In a row, the newest included. */
  count: number;
  /** Since the first of them. */
  lastingMs: number;
  /** Other boxes succeeded in between. Then the cause is this post, not the server. */
  alone: boolean;
  /** The box has ended, and its post has to say so. */
  final: boolean;
  random: number;
}

/** `failing` may pass by itself; `parked` waits for a person; `refused` means that the content is the likely cause. */
export interface RetryPlan {
  kind: (typeof FAILURES)[Reason]['lastsAs'];
  waitMs: number;
}

// A database that fails over, a replica that lags or responses that race each other cause refusals for seconds. With the steps below,
// twenty refusals in a row pass before an end is half a minute late.
export const PASSING_MS = 29_000;
const FIRST_STEPS_MS = [500, 1_000, 2_000, 4_000, 8_000];
const NEXT_STEP_MS = 500;

const OUTAGE_STEP_MS = 2_000; // While everything fails the breaker protects the server; a box must be ready when it closes.
const HOUR_MS = 3_600_000;
const PARKED_MS = 60_000; // A person has to give us access again, and wants to see that it worked.
const PARKED_LONG_MS = 600_000;
const REFUSED_END_MS = 30_000;
const REFUSED_MS = 300_000;

/** What a box does after one more failure, for a reason that concerns this box. */
export function planRetry(failures: Failures): RetryPlan {
  const { passes, lastsAs } = FAILURES[failures.reason];
  if (passes === 'never' || failures.lastingMs >= PASSING_MS) return lasting(failures);
  return { kind: lastsAs === 'parked' ? 'parked' : 'failing', waitMs: stepMs(failures) };
}

function lasting(failures: Failures): RetryPlan {
  const { lastsAs } = FAILURES[failures.reason];
  if (lastsAs === 'parked') return parked(failures.lastingMs);
  // A failure of this post alone is not the server's fault.
  if (lastsAs === 'refused' || failures.alone) return refused(failures);
  return { kind: 'failing', waitMs: OUTAGE_STEP_MS };
}

/** A random quarter more or less, so that boxes that failed together do not come back together. */
function stepMs({ count, random }: Failures): number {
  return Math.ceil((FIRST_STEPS_MS[count - 1] ?? NEXT_STEP_MS) * (0.75 + random / 2));
}

function parked(lastingMs: number): RetryPlan {
  return { kind: 'parked', waitMs: lastingMs < HOUR_MS ? PARKED_MS : PARKED_LONG_MS };
}

/** An end is tried again soon. Anything else waits as long as it has failed so far, so that tries become ever rarer. */
function refused({ lastingMs, final }: Failures): RetryPlan {
  if (final) return { kind: 'refused', waitMs: lastingMs < HOUR_MS ? REFUSED_END_MS : PARKED_LONG_MS };
  return { kind: 'refused', waitMs: Math.min(HOUR_MS, Math.max(REFUSED_MS, lastingMs)) };
}
