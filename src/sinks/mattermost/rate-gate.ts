// Sends nothing before the end of a `Retry-After`. Every kind of request waits: pushes, probes and the directory.

import type { Clock } from '../../core/clock.ts';
import { HeldBack } from '../../core/sink.ts';
import { MAX_WAIT_MS } from './retry-after.ts';
import type { Transport } from './transport.ts';

/** Stored across restarts: until when the server asked us to wait (wall clock). */
export interface WaitingTime {
  blockedUntil(): number | undefined;
  setBlockedUntil(until: number): void;
}

/**
 * The same transport. From a 429 until the end of its `Retry-After`, nothing is sent. Every request then throws `HeldBack`, which is
 * `rate_limited`, with the remaining time. A wait that an earlier process received counts as well.
 */
export function withRateGate(transport: Transport, clock: Clock, remembered: WaitingTime): Transport {
  let openAt = clock.monotonic() + Math.min((remembered.blockedUntil() ?? 0) - clock.now(), MAX_WAIT_MS);

  function block(waitMs: number): void {
    openAt = Math.max(openAt, clock.monotonic() + waitMs);
    remembered.setBlockedUntil(clock.now() + openAt - clock.monotonic());
  }

  return async (request) => {
    const waitMs = openAt - clock.monotonic();
    if (waitMs > 0) throw new HeldBack('rate_limited', 'not sent: the server asked us to wait', { retryAfterMs: waitMs });
    const response = await transport(request);
    if (response.status === 429) block(response.retryAfterMs ?? 0);
    return response;
  };
}
