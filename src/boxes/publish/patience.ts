// How long one box waits after its requests failed, and from when on the failure counts as more than a passing one. Pure.

import { FAILURES, type Reason } from '../../core/sink.ts';

/** The failures of one box since its last success. Durations in milliseconds; `random` is 0 ≤ x < 1. */
export interface Failures {
  reason: Reason;
  /** In a row, the newest included. */
  count: number;
  /** Since the first of them. */
  lastingMs: number;
  /** Others were served in between: then it is this post, not the server. */
  alone: boolean;
  /** The box has ended: its post has to say so. */
  final: boolean;
  random: number;
}

/** `failing` may pass by itself, `parked` waits for a person, `refused` suspects the content. */
export interface Verdict {
  kind: (typeof FAILURES)[Reason]['lastsAs'];
  waitMs: number;
}

// Databases that fail over, replicas that lag and answers that race each other refuse for seconds. With the steps below twenty
// refusals in a row are over before an end is half a minute late.
export const PASSING_MS = 29_000;
const FIRST_STEPS_MS = [500, 1_000, 2_000, 4_000, 8_000];
const NEXT_STEP_MS = 500;

const OUTAGE_STEP_MS = 2_000; // While everything fails the breaker protects the server; a box must be ready when it closes.
const HOUR_MS = 3_600_000;
const PARKED_MS = 60_000; // A person has to let us in again, and wants to see that it worked.
const PARKED_LONG_MS = 600_000;
const REFUSED_END_MS = 30_000;
const REFUSED_MS = 300_000;

/** What becomes of a box after one more failure, for a reason that is about this box. */
export function patienceWith(failures: Failures): Verdict {
  const { passes, lastsAs } = FAILURES[failures.reason];
  if (passes === 'never' || failures.lastingMs >= PASSING_MS) return lasting(failures);
  return { kind: lastsAs === 'parked' ? 'parked' : 'failing', waitMs: stepMs(failures) };
}

function lasting(failures: Failures): Verdict {
  const { lastsAs } = FAILURES[failures.reason];
  if (lastsAs === 'parked') return parked(failures.lastingMs);
  // What only this post meets is not the server's fault.
  if (lastsAs === 'refused' || failures.alone) return refused(failures);
  return { kind: 'failing', waitMs: OUTAGE_STEP_MS };
}

/** A quarter more or less is left to chance, so that boxes that failed together do not come back together. */
function stepMs({ count, random }: Failures): number {
  return Math.ceil((FIRST_STEPS_MS[count - 1] ?? NEXT_STEP_MS) * (0.75 + random / 2));
}

function parked(lastingMs: number): Verdict {
  return { kind: 'parked', waitMs: lastingMs < HOUR_MS ? PARKED_MS : PARKED_LONG_MS };
}

/** An end is asked for again soon; anything else as long as it has failed already, so that it gets ever rarer. */
function refused({ lastingMs, final }: Failures): Verdict {
  if (final) return { kind: 'refused', waitMs: lastingMs < HOUR_MS ? REFUSED_END_MS : PARKED_LONG_MS };
  return { kind: 'refused', waitMs: Math.min(HOUR_MS, Math.max(REFUSED_MS, lastingMs)) };
}
