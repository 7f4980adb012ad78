// Holds all requests back until our account is known. Before that, our own posts cannot be recognised.

import { guarded } from '../../core/guarded.ts';
import { PushError, type Sink } from '../../core/sink.ts';

const SOON_MS = 100; // such a look costs no request

/** Every request fails with `breaker_open` until `isConnected`. */
export function onceConnected(sink: Sink, isConnected: () => boolean): Sink {
  return guarded(sink, async (call) => {
    if (!isConnected()) throw new PushError('breaker_open', 'not sent: Mattermost has not answered yet', { retryAfterMs: SOON_MS });
    return await call();
  });
}
