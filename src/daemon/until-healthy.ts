// Waits out what passes by itself: outages, a full server, a refused token. Owns nothing.

import type { Clock } from '../core/clock.ts';
import { isHealthFailure, PushError } from '../core/sink.ts';

const RETRY_MS = 5_000;

/** The result of the first attempt that is not kept from succeeding by an outage; throws what no waiting mends. */
export async function untilHealthy<T>(clock: Clock, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof PushError) || !mayPass(error)) throw error;
      await new Promise<void>((resolve) => clock.after(Math.max(RETRY_MS, error.retryAfterMs ?? 0), resolve));
    }
  }
}

/** Whether the failure may pass without a change of the configuration. */
export function mayPass(error: PushError): boolean {
  return isHealthFailure(error.reason) || error.reason === 'breaker_open' || error.reason === 'rate_limited' || error.reason === 'auth';
}
