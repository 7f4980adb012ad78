// Owns when the chat server last answered and what it last failed with. Knows nothing of what was asked.

import type { Clock } from '../core/clock.ts';
import { guarded } from '../core/guarded.ts';
import { FAILURES, HeldBack, PushError, type Reach, type Sink } from '../core/sink.ts';

export interface ReachFacts {
  reach: Reach;
  /** Wall clock. */
  lastSuccessAt: number | undefined;
}

export interface WatchedSink extends Sink {
  facts(): ReachFacts;
  /** What was asked in another way failed with this. */
  note(error: unknown): void;
  /** Milliseconds since the last exchange of any outcome, by the steady clock. */
  idleMs(): number;
}

/** The same sink, observed: an answer of any kind means that the server is reached. */
export function watchReach(sink: Sink, clock: Clock): WatchedSink {
  const facts: ReachFacts = { reach: { state: 'unknown' }, lastSuccessAt: undefined };
  let askedAt = Number.NEGATIVE_INFINITY;

  async function observe<T>(call: () => Promise<T>): Promise<T> {
    try {
      const result = await call();
      reached();
      return result;
    } catch (error) {
      note(error);
      throw error;
    } finally {
      askedAt = clock.monotonic();
    }
  }

  function reached(): void {
    facts.reach = { state: 'reached' };
    facts.lastSuccessAt = clock.now();
  }

  function note(error: unknown): void {
    if (!(error instanceof PushError) || error instanceof HeldBack || error.reason === 'breaker_open' || error.reason === 'auth') return;
    if (FAILURES[error.reason].isHealthFailure) facts.reach = { state: 'failing', because: error.message };
    else reached();
  }

  return {
    ...guarded(sink, observe),
    facts: () => facts,
    note,
    idleMs: () => clock.monotonic() - askedAt,
  };
}
