// Says whether any request may be sent now. Pure; outcome.ts decides what a response means for one box.

import { FAILURES, type PushError, type Reason } from '../../core/sink.ts';

/** Instants are of the monotonic clock. Nothing is sent before either instant. While `probing`, one request is sent at a time. */
export interface Gate {
  /** Until then the server asked us to wait. */
  readonly blockedUntilAt: number;
  /** Until then we wait because the server is down or refuses our token. */
  readonly pausedUntilAt: number;
  readonly probing: boolean;
}

export const OPEN_GATE: Gate = { blockedUntilAt: 0, pausedUntilAt: 0, probing: false };

const JITTER_MS = 1_000; // Other clients behind the same address got the same second.
const BREAKER_POLL_MS = 1_000; // Asking an open breaker costs no request, and an end must follow its closing within seconds.
const SOONEST_POLL_MS = 100; // who is not connected yet will be in a moment: a publisher that takes over has no second to lose
const INSTANT_MS = 200; // Failures of one instant have one cause: the other boxes need not try to find that out.
const REFUSED_POLL_MS = 2_000; // The token gate says when it checks next and sends nothing until then; the token may change earlier.
const AUTH_POLL_MS = 30_000; // Each try with a bad token is a line in the server's log.

export type RequestOutcome = { kind: 'answered' } | { kind: 'failed'; reason: Reason; retryAfterMs: PushError['retryAfterMs'] };

/** The gate after one request; `random` is 0 ≤ x < 1. */
export function gateAfter(gate: Gate, outcome: RequestOutcome, now: number, random: number): Gate {
  if (outcome.kind === 'answered') return { ...gate, probing: false };
  const { scope, isHealthFailure } = FAILURES[outcome.reason];
  if (outcome.reason === 'rate_limited') {
    const untilAt = now + (outcome.retryAfterMs ?? 0) + Math.ceil(random * JITTER_MS);
    return { ...gate, blockedUntilAt: Math.max(gate.blockedUntilAt, untilAt), probing: false };
  }
  if (scope === 'all') return { ...gate, pausedUntilAt: now + pauseMs(outcome), probing: true };
  if (isHealthFailure) return { ...gate, pausedUntilAt: Math.max(gate.pausedUntilAt, now + INSTANT_MS) };
  return { ...gate, probing: false };
}

function pauseMs({ reason, retryAfterMs }: Extract<RequestOutcome, { kind: 'failed' }>): number {
  if (reason === 'breaker_open') return Math.max(SOONEST_POLL_MS, Math.min(retryAfterMs ?? BREAKER_POLL_MS, BREAKER_POLL_MS));
  return retryAfterMs === undefined ? AUTH_POLL_MS : Math.min(retryAfterMs, REFUSED_POLL_MS);
}

/** The earliest instant at which the gate lets a request through. */
export function openAt(gate: Gate): number {
  return Math.max(gate.blockedUntilAt, gate.pausedUntilAt);
}
