// Whether the server may be asked at all just now. Pure; what an answer means for one box is decided in outcome.ts.

import { FAILURES, type PushError, type Reason } from '../../core/sink.ts';

/** Instants are on the monotonic axis. Before either instant nothing is sent, and while `probing` one request at a time. */
export interface Gate {
  /** The server told us to wait. */
  readonly blockedUntilAt: number;
  /** The server is down or refuses our token. */
  readonly pausedUntilAt: number;
  readonly probing: boolean;
}

export const OPEN_GATE: Gate = { blockedUntilAt: 0, pausedUntilAt: 0, probing: false };

const JITTER_MS = 1_000; // Others behind the same address were told the same second.
const BREAKER_POLL_MS = 1_000; // Asking an open breaker costs no request, and an end is to follow its closing within seconds.
const INSTANT_MS = 200; // What fails within one instant fails for one reason: the rest need not be tried to find that out.
const REFUSED_POLL_MS = 2_000; // Who knows when it asks next sends nothing until then; the token may be another one before.
const AUTH_POLL_MS = 30_000; // Each try with a bad token is a line in the server's log.

export type GateAnswer = { kind: 'answered' } | { kind: 'failed'; reason: Reason; retryAfterMs: PushError['retryAfterMs'] };

/** The gate after one answer; `random` is 0 ≤ x < 1. */
export function gateAfter(gate: Gate, answer: GateAnswer, now: number, random: number): Gate {
  if (answer.kind === 'answered') return { ...gate, probing: false };
  const { scope, isHealthFailure } = FAILURES[answer.reason];
  if (answer.reason === 'rate_limited') {
    const untilAt = now + (answer.retryAfterMs ?? 0) + Math.ceil(random * JITTER_MS);
    return { ...gate, blockedUntilAt: Math.max(gate.blockedUntilAt, untilAt), probing: false };
  }
  if (scope === 'all') return { ...gate, pausedUntilAt: now + pauseMs(answer), probing: true };
  if (isHealthFailure) return { ...gate, pausedUntilAt: Math.max(gate.pausedUntilAt, now + INSTANT_MS) };
  return { ...gate, probing: false };
}

function pauseMs({ reason, retryAfterMs }: Extract<GateAnswer, { kind: 'failed' }>): number {
  if (reason === 'breaker_open') return BREAKER_POLL_MS;
  return retryAfterMs === undefined ? AUTH_POLL_MS : Math.min(retryAfterMs, REFUSED_POLL_MS);
}

/** The earliest instant at which the gate lets a request through. */
export function openAt(gate: Gate): number {
  return Math.max(gate.blockedUntilAt, gate.pausedUntilAt);
}
