// Owns whether another watcher has taken over our boxes: the newest claim wins, and the other one falls silent.
//
// Two watchers of the same transcripts write to the same posts. The older one must see the newer claim though it may have
// written last: while boxes are busy it looks just before an edit, when the other one has had its say since our own last; and the
// newer one, when it meets the older claim, writes its own again.

import { decodeMeta } from '../boxes/publish/post-meta.ts';
import type { Clock } from '../core/clock.ts';
import { type Guard, guarded } from '../core/guarded.ts';
import { PushError, type Sink } from '../core/sink.ts';

export interface TwinSink extends Sink {
  /** Call every second or so: reads one of our open posts now and then and looks who claims it. Never throws. */
  check(openPostIds: readonly string[]): Promise<void>;
  /** Who replaced us, in words; from then on nothing is sent. */
  replacedBy(): string | undefined;
}

export interface TwinOptions {
  clock: Clock;
  instance: string;
  /** When this process claimed its boxes: its start. */
  claimedAt: number;
  onReplaced(words: string): void;
  /** An older watcher still writes to one of our posts. */
  onOlder(): void;
}

const LOOK_BEFORE_EDIT_MS = 10_000; // since the last look; a twin must be found within 30 s
const LOOK_WHEN_IDLE_MS = 12_000;
const NEVER_MS = 3_600_000; // a replaced watcher does not come back by itself; a person restarts it or takes it away

/** The same sink until a newer claim of another instance is seen on one of our posts. */
export function withTwinWatch(sink: Sink, { clock, instance, claimedAt, onReplaced, onOlder }: TwinOptions): TwinSink {
  let replacedBy: string | undefined;
  let turn = 0;
  let lookedAt = clock.monotonic();

  async function look(postId: string): Promise<void> {
    lookedAt = clock.monotonic();
    const meta = decodeMeta((await sink.read(postId).catch(() => undefined))?.meta);
    if (meta === undefined || meta.instance === instance || replacedBy !== undefined) return;
    if (!isNewer(meta)) return onOlder();
    replacedBy = `instance ${meta.instance.slice(0, 8)}, which claimed post ${postId} at ${new Date(meta.claimedAt).toISOString()}`;
    onReplaced(replacedBy);
  }

  /** Two starts in the same millisecond are told apart by name, the same way on both sides. */
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
      if (isDue(LOOK_BEFORE_EDIT_MS)) await look(postId);
      await active.edit(postId, body, signal);
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
