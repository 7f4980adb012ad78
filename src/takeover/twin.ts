// Tracks whether another watcher has taken over our boxes. The newest claim wins, and the other watcher sends nothing any more.
//
// Two watchers of the same transcripts write to the same posts. The older one must see the newer claim, though it may have written
// last. So while boxes are busy it reads the post just before an edit: the other watcher may have written since our last edit.
// When the newer watcher sees the older claim, it writes its own again.

import { decodeMeta } from '../boxes/publish/post-meta.ts';
import { setBounded } from '../core/bounded-map.ts';
import type { Clock } from '../core/clock.ts';
import { type Guard, guarded } from '../core/guarded.ts';
import { PushError, type Sink } from '../core/sink.ts';

export interface TwinSink extends Sink {
  /** Call about every second. Now and then reads one of our open posts to see who claims it. Never throws. */
  check(openPostIds: readonly string[]): Promise<void>;
  /** Who replaced us, for people. From then on nothing is sent. */
  replacedBy(): string | undefined;
}

export interface TwinOptions {
  clock: Clock;
  instance: string;
  /** When this process claimed its boxes: its start. */
  claimedAt: number;
  onReplaced(reason: string): void;
  /** An older watcher still writes to one of our posts. */
  onOlder(): void;
}

const LOOK_BEFORE_EDIT_MS = 10_000; // since the last read; a twin must be found within 30 s
const LOOK_BEFORE_SLOW_EDIT_MS = 3_000; // of a post that we have not written for longer than LOOK_BEFORE_EDIT_MS: it may be anybody's by now
const MAX_WRITTEN = 1_000; // a forgotten post is only looked at once more
const LOOK_WHEN_IDLE_MS = 9_000; // such a look also shows that the server is reached, so no other request is made for that
const NEVER_MS = 3_600_000; // a replaced watcher does not resume by itself; a person restarts or removes it

/** The same sink, until one of our posts carries a newer claim of another instance. */
export function withTwinWatch(sink: Sink, { clock, instance, claimedAt, onReplaced, onOlder }: TwinOptions): TwinSink {
  let replacedBy: string | undefined;
  let turn = 0;
  let lookedAt = clock.monotonic();
  const writtenAtById = new Map<string, number>();

  async function look(postId: string): Promise<void> {
    lookedAt = clock.monotonic();
    const meta = decodeMeta((await sink.read(postId).catch(() => undefined))?.meta);
    if (meta === undefined || meta.instance === instance || replacedBy !== undefined) return;
    if (!isNewer(meta)) return onOlder();
    replacedBy = `instance ${meta.instance.slice(0, 8)}, which claimed post ${postId} at ${new Date(meta.claimedAt).toISOString()}`;
    onReplaced(replacedBy);
  }

  /** Of two starts in the same millisecond the greater instance name wins, on both sides. */
  function isNewer(meta: { claimedAt: number; instance: string }): boolean {
    return meta.claimedAt > claimedAt || (meta.claimedAt === claimedAt && meta.instance > instance);
  }

  function isDue(everyMs: number): boolean {
    return replacedBy === undefined && clock.monotonic() - lookedAt >= everyMs;
  }

  const unlessReplaced: Guard = async (call) => {
    if (replacedBy === undefined) return await call();
    throw new PushError('breaker_open', `not sent: another watcher has taken over (${replacedBy})`, { retryAfterMs: NEVER_MS });
  };

  const active = guarded(sink, unlessReplaced);
  return {
    ...active,
    edit: async (postId, body, signal) => {
      const writtenAt = writtenAtById.get(postId) ?? Number.NEGATIVE_INFINITY;
      const isSlow = clock.monotonic() - writtenAt >= LOOK_BEFORE_EDIT_MS;
      if (isDue(isSlow ? LOOK_BEFORE_SLOW_EDIT_MS : LOOK_BEFORE_EDIT_MS)) await look(postId);
      await active.edit(postId, body, signal);
      setBounded(writtenAtById, postId, clock.monotonic(), MAX_WRITTEN);
    },
    check: async (openPostIds) => {
      const postId = openPostIds[turn % Math.max(1, openPostIds.length)];
      if (postId === undefined || !isDue(LOOK_WHEN_IDLE_MS)) return;
      turn += 1;
      await look(postId);
    },
    replacedBy: () => replacedBy,
  };
}
