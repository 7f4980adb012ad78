// Records when the chat server last responded and how it last failed, for health. Does not know what was requested.

import type { Clock } from '../../core/clock.ts';
import { guarded } from '../../core/guarded.ts';
import { FAILURES, HeldBack, PushError, type Reach, type Sink } from '../../core/sink.ts';

export interface ReachFacts {
  reach: Reach;
  /** Wall clock. */
  lastSuccessAt: number | undefined;
}

export interface ReachabilitySink extends Sink {
  facts(): ReachFacts;
  /** Records the error of a request that was not made through this sink. */
  record(error: unknown): void;
  /** Milliseconds since the last request ended, with any outcome, by the monotonic clock. */
  idleMs(): number;
}

/** The same sink, observed. Any response means that the server is reached. */
export function withReachability(sink: Sink, clock: Clock): ReachabilitySink {
  const facts: ReachFacts = { reach: { state: 'unknown' }, lastSuccessAt: undefined };
  let askedAt = Number.NEGATIVE_INFINITY;

  async function observe<T>(call: () => Promise<T>): Promise<T> {
    try {
      const result = await call();
      reached();
      return result;
    } catch (error) {
      record(error);
      throw error;
    } finally {
      askedAt = clock.monotonic();
    }
  }

  function reached(): void {
    facts.reach = { state: 'reached' };
    facts.lastSuccessAt = clock.now();
  }

  function record(error: unknown): void {
    if (!(error instanceof PushError) || error instanceof HeldBack || error.reason === 'breaker_open' || error.reason === 'auth') return;
    if (FAILURES[error.reason].isHealthFailure) facts.reach = { state: 'failing', because: error.message };
    else reached();
  }

  return {
    ...guarded(sink, observe),
    facts: () => facts,
    record,
    idleMs: () => clock.monotonic() - askedAt,
  };
}
