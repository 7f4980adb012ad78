// Owns until when the server wants to be left alone. Whoever asks it for something, posts, probes or directories, waits alike.

import type { Clock } from '../core/clock.ts';
import { PushError } from '../core/sink.ts';
import { retryAfterMs } from './retry-after.ts';
import type { Transport } from './transport.ts';

/**
 * The same transport; from a 429 until the end of its `Retry-After` nothing is sent and every request throws `rate_limited` with
 * the time that is left.
 */
export function withRateGate(transport: Transport, clock: Clock): Transport {
  let openAt = Number.NEGATIVE_INFINITY;
  return async (request) => {
    const waitMs = openAt - clock.monotonic();
    if (waitMs > 0) throw new PushError('rate_limited', 'not sent: the server asked us to wait', { retryAfterMs: waitMs });
    const response = await transport(request);
    if (response.status === 429) openAt = Math.max(openAt, clock.monotonic() + (retryAfterMs(response.headers, clock.now()) ?? 0));
    return response;
  };
}
