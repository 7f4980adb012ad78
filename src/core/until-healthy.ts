// Repeats a request until failures that pass are over: outages, a full server, a refused token.

import type { Clock } from './clock.ts';
import { FAILURES, PushError } from './sink.ts';
import { wait } from './wait.ts';

const RETRY_MS = 5_000;

/** The result of the first attempt that no outage stops; throws errors that do not pass. */
export async function untilHealthy<T>(clock: Clock, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof PushError) || FAILURES[error.reason].passes !== 'by_itself') throw error;
      await wait(clock, waitAfter(error));
    }
  }
}

const PASSING_STEPS_MS = [500, 1_000, 2_000, 4_000, 8_000]; // as a box waits that was refused

/** The same, but tries again after each of these steps when a healthy server refuses: databases that fail over refuse for seconds. */
export async function untilAnswered<T>(clock: Clock, attempt: () => Promise<T>, stepsMs = PASSING_STEPS_MS): Promise<T> {
  for (const stepMs of stepsMs) {
    try {
      return await untilHealthy(clock, attempt);
    } catch (error) {
      if (!(error instanceof PushError)) throw error;
      await wait(clock, stepMs);
    }
  }
  return await untilHealthy(clock, attempt);
}

/** The token may be replaced long before its next check. Trying again sends nothing until then. */
function waitAfter({ reason, retryAfterMs = 0 }: PushError): number {
  return reason === 'auth' ? RETRY_MS : Math.max(RETRY_MS, retryAfterMs);
}
