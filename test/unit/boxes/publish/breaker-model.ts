// What the publisher sees of a circuit breaker: after five failures of health in a row nothing is sent until a probe succeeds.

import { guarded } from '../../../../src/core/guarded.ts';
import { FAILURES, PushError, type Sink } from '../../../../src/core/sink.ts';
import type { FakeClock } from '../../../support/clock.ts';

export interface BreakerModel {
  sink: Sink;
  /** When it closed, monotonic. */
  closedAt: number[];
  isOpen(): boolean;
}

const THRESHOLD = 5;
const COOLDOWN_MS = 30_000;

export function modelBreaker(sink: Sink, clock: FakeClock, isHealthy: () => boolean): BreakerModel {
  const closedAt: number[] = [];
  let failures = 0;
  let open = false;
  const probe = (): void => {
    if (!isHealthy()) return void clock.after(COOLDOWN_MS, probe);
    open = false;
    failures = 0;
    closedAt.push(clock.monotonic());
  };
  const guard = async <T>(call: () => Promise<T>): Promise<T> => {
    if (open) throw new PushError('breaker_open', 'not sent');
    try {
      const result = await call();
      failures = 0;
      return result;
    } catch (error) {
      failures = error instanceof PushError && FAILURES[error.reason].isHealthFailure ? failures + 1 : 0;
      if (failures >= THRESHOLD && !open) {
        open = true;
        clock.after(COOLDOWN_MS, probe);
      }
      throw error;
    }
  };
  return {
    sink: guarded(sink, guard),
    closedAt,
    isOpen: () => open,
  };
}
