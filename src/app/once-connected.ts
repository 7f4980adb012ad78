// Holds everything back until it is known who we are: before that, own posts could not be told from others.

import { PushError, type Sink } from '../core/sink.ts';

const SOON_MS = 1_000;

/** Every request fails with `breaker_open` until `isConnected`. */
export function onceConnected(sink: Sink, isConnected: () => boolean): Sink {
  const ready = (): Sink => {
    if (isConnected()) return sink;
    throw new PushError('breaker_open', 'not sent: Mattermost has not answered yet', { retryAfterMs: SOON_MS });
  };
  return {
    create: async (draft, signal) => ready().create(draft, signal),
    edit: async (postId, body, signal) => ready().edit(postId, body, signal),
    read: async (postId, signal) => ready().read(postId, signal),
    findOwn: async (channelId, sinceAt, signal) => ready().findOwn(channelId, sinceAt, signal),
    probe: async (signal) => ready().probe(signal),
  };
}
