// Tracks whether another watcher has taken over our boxes. The newest claim wins, and the other watcher sends nothing any more.
//
// Two watchers of the same transcripts write to the same posts. The older one must see the newer claim, though it may have written
// last. So while boxes are busy it reads the post just before an edit: the other watcher may have written since our last edit.
// When the newer watcher sees the older claim, it writes its own again.
//
// A watcher of another gateway is no twin. The two want the same post only when 0.1 wrote it, which named no gateway: then the older
// claim gives up that post alone. An end on our post is no claim: another gateway may have taken us for dead.
//
// Nor is a machine that joins a fleet, or has left it, a twin of the publisher, whenever it was started: no other box is concerned.

import { decodeMeta, type LiveStatusMeta } from '../boxes/publish/post-meta.ts';
import { addBounded, setBounded } from '../core/bounded-map.ts';
import type { Clock } from '../core/clock.ts';
import { type Guard, guarded } from '../core/guarded.ts';
import { HeldBack, PushError, type Sink } from '../core/sink.ts';
import { isOfNeighbour } from './gateway-posts.ts';
import type { PostedGateways } from './posted-gateways.ts';

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
  gateways: PostedGateways;
  /** Whether a post shows one of our turns, whatever its gateway is called. */
  isOurs(meta: LiveStatusMeta): boolean;
  onReplaced(reason: string): void;
  /** Another gateway writes that post, which was ours. */
  onTaken(postId: string): void;
  /**
   * For a process that other processes of its kind are kept away from by a fence: whether nothing is heard of the machine that the post is
   * about. Then its own watcher may have left the fleet, and what that writes is left to it. Otherwise no claim is newer than ours.
   */
  hasLeft?(postId: string): boolean;
  onLeft?(postId: string): void;
  /** An older watcher still writes to one of our posts. */
  onOlder(): void;
}

const LOOK_BEFORE_EDIT_MS = 10_000; // since the last read; a twin must be found within 30 s
const LOOK_BEFORE_SLOW_EDIT_MS = 3_000; // of a post that we have not written for longer than LOOK_BEFORE_EDIT_MS: it may be anybody's by now
const MAX_WRITTEN = 1_000; // a forgotten post is only looked at once more
const LOOK_WHEN_IDLE_MS = 9_000; // such a look also shows that the server is reached, so no other request is made for that
const NEVER_MS = 3_600_000; // a replaced watcher does not resume by itself; a person restarts or removes it

/** The same sink, until one of our posts carries a newer claim of another instance. */
export function withTwinWatch(sink: Sink, options: TwinOptions): TwinSink {
  const { clock, instance } = options;
  let replacedBy: string | undefined;
  let turn = 0;
  let lookedAt = clock.monotonic();
  const writtenAtById = new Map<string, number>();
  const left = leftPosts(options);

  /** Resolves with why the post is not ours any more, if so. */
  async function look(postId: string): Promise<HeldBack | undefined> {
    lookedAt = clock.monotonic();
    const meta = decodeMeta((await sink.read(postId).catch(() => undefined))?.meta);
    const isForeign = meta !== undefined && meta.instance !== instance && replacedBy === undefined;
    const claim = isForeign ? claimOf(postId, meta, options) : undefined;
    left.note(postId, claim === 'of who has left');
    if (claim === 'older') options.onOlder();
    if (claim === 'newer' && meta !== undefined) replace(postId, meta);
    if (claim === 'of a neighbour') options.onTaken(postId);
    return notOurs(claim);
  }

  function replace(postId: string, meta: LiveStatusMeta): void {
    replacedBy = `instance ${meta.instance.slice(0, 8)}, which claimed post ${postId} at ${new Date(meta.claimedAt).toISOString()}`;
    options.onReplaced(replacedBy);
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
      const mustLook = left.has(postId) || isDue(isSlow ? LOOK_BEFORE_SLOW_EDIT_MS : LOOK_BEFORE_EDIT_MS);
      const refusal = mustLook ? await look(postId) : undefined;
      if (refusal !== undefined) throw refusal;
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

/** The posts that are left to who has left the fleet, as far as they were looked at. */
function leftPosts({ onLeft }: Pick<TwinOptions, 'onLeft'>) {
  const ids = new Set<string>();
  return {
    has: (postId: string): boolean => ids.has(postId),
    note: (postId: string, isLeft: boolean): void => {
      const wasLeft = ids.delete(postId);
      if (isLeft) addBounded(ids, postId, MAX_WRITTEN);
      if (isLeft && !wasLeft) onLeft?.(postId);
    },
  };
}

function notOurs(claim: ClaimKind | undefined): HeldBack | undefined {
  if (claim === 'of a neighbour') return new HeldBack('gone', 'another gateway writes the post');
  return claim === 'of who has left' ? new HeldBack('rejected', 'the watcher of that machine writes the post by itself') : undefined;
}

type ClaimKind = 'older' | 'newer' | 'of a neighbour' | 'of who has left';

function claimOf(postId: string, meta: LiveStatusMeta, options: TwinOptions): ClaimKind {
  const isNeighbour = isOfNeighbour(meta, options.gateways) && !options.isOurs(meta);
  if (!isNewer(meta, options) || (isNeighbour && !meta.open)) return 'older';
  if (isNeighbour) return 'of a neighbour';
  if (options.hasLeft === undefined) return 'newer';
  return options.hasLeft(postId) ? 'of who has left' : 'older';
}

/** Of two starts in the same millisecond the greater instance name wins, on both sides. */
function isNewer(meta: LiveStatusMeta, { claimedAt, instance }: TwinOptions): boolean {
  return meta.claimedAt > claimedAt || (meta.claimedAt === claimedAt && meta.instance > instance);
}
