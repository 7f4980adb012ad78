// Owns whether another watcher has taken over our boxes: the newest claim wins, and the other one falls silent.

import { decodeMeta } from '../boxes/post-meta.ts';
import { PushError, type Sink } from '../core/sink.ts';

export interface TwinSink extends Sink {
  /** Reads one of our open posts and looks who claims it. Never throws. */
  check(openPostIds: readonly string[]): Promise<void>;
  /** Who replaced us, in words; from then on nothing is sent. */
  replacedBy(): string | undefined;
}

export interface TwinOptions {
  instance: string;
  /** When this process claimed its boxes: its start. */
  claimedAt: number;
  onReplaced(words: string): void;
}

const NEVER_MS = 3_600_000; // a replaced watcher does not come back by itself; a person restarts it or takes it away

/** The same sink until a newer claim of another instance is seen on one of our posts. */
export function withTwinWatch(sink: Sink, { instance, claimedAt, onReplaced }: TwinOptions): TwinSink {
  let replacedBy: string | undefined;
  let turn = 0;

  async function check(openPostIds: readonly string[]): Promise<void> {
    const postId = openPostIds[turn++ % Math.max(1, openPostIds.length)];
    if (postId === undefined || replacedBy !== undefined) return;
    const meta = decodeMeta((await sink.read(postId).catch(() => undefined))?.meta);
    if (meta === undefined || meta.instance === instance || !isNewer(meta)) return;
    replacedBy = `instance ${meta.instance.slice(0, 8)}, which claimed post ${postId} at ${new Date(meta.claimedAt).toISOString()}`;
    onReplaced(replacedBy);
  }

  /** Two starts in the same millisecond are told apart by name, the same way on both sides. */
  function isNewer(meta: { claimedAt: number; instance: string }): boolean {
    return meta.claimedAt > claimedAt || (meta.claimedAt === claimedAt && meta.instance > instance);
  }

  function active(): Sink {
    if (replacedBy === undefined) return sink;
    throw new PushError('breaker_open', `not sent: another watcher has taken over (${replacedBy})`, { retryAfterMs: NEVER_MS });
  }

  return {
    create: async (draft, signal) => active().create(draft, signal),
    edit: async (postId, body, signal) => active().edit(postId, body, signal),
    read: async (postId, signal) => active().read(postId, signal),
    findOwn: async (channelId, sinceAt, signal) => active().findOwn(channelId, sinceAt, signal),
    probe: (signal) => sink.probe(signal),
    check,
    replacedBy: () => replacedBy,
  };
}
