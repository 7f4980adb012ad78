// Makes a sink of another one and a guard that every call passes.

import type { Sink } from './sink.ts';

/** Makes the call or refuses it, and returns its result. `signal` is the caller's. */
export type Guard = <T>(call: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** The same sink behind a guard. A layer that changes single methods spreads the result and replaces those. */
export function guarded(sink: Sink, guard: Guard): Sink {
  return {
    create: (draft, signal) => guard(() => sink.create(draft, signal), signal),
    edit: (postId, body, signal) => guard(() => sink.edit(postId, body, signal), signal),
    read: (postId, signal) => guard(() => sink.read(postId, signal), signal),
    findOwn: (channelId, sinceAt, signal) => guard(() => sink.findOwn(channelId, sinceAt, signal), signal),
    findPinned: (channelId, signal) => guard(() => sink.findPinned(channelId, signal), signal),
    pin: (postId, signal) => guard(() => sink.pin(postId, signal), signal),
    react: (postId, emoji, signal) => guard(() => sink.react(postId, emoji, signal), signal),
    unreact: (postId, emoji, signal) => guard(() => sink.unreact(postId, emoji, signal), signal),
    probe: (signal, timeoutMs) => guard(() => sink.probe(signal, timeoutMs), signal),
  };
}

/** The same sink, for layers that only replace methods. */
export function forwarded(sink: Sink): Sink {
  return guarded(sink, (call) => call());
}
