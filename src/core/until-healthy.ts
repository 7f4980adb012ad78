// Waits out what passes by itself: outages, a full server, a refused token. Owns nothing.

import type { Clock } from './clock.ts';
import { FAILURES, PushError } from './sink.ts';

const RETRY_MS = 5_000;

/** The result of the first attempt that is not kept from succeeding by an outage; throws what no waiting mends. */
export async function untilHealthy<T>(clock: Clock, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof PushError) || FAILURES[error.reason].passes !== 'by_itself') throw error;
      await new Promise<void>((resolve) => clock.after(waitAfter(error), resolve));
    }
  }
}

const PASSING_STEPS_MS = [500, 1_000, 2_000, 4_000, 8_000]; // as a box waits that was refused

/** The same, and what a healthy server refuses is asked a few times more: databases that fail over refuse for seconds. */
export async function untilAnswered<T>(clock: Clock, attempt: () => Promise<T>): Promise<T> {
  for (const stepMs of PASSING_STEPS_MS) {
    try {
      return await untilHealthy(clock, attempt);
    } catch (error) {
      if (!(error instanceof PushError)) throw error;
      await new Promise<void>((resolve) => clock.after(stepMs, resolve));
    }
  }
  return await untilHealthy(clock, attempt);
}

/** A refused token may be another one long before the next check of this one; asking again sends nothing until then. */
function waitAfter({ reason, retryAfterMs = 0 }: PushError): number {
  return reason === 'auth' ? RETRY_MS : Math.max(RETRY_MS, retryAfterMs);
}
