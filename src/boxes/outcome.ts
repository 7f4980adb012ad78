// What a request and its answer change about one box's post. Pure; what concerns all boxes at once is decided in gate.ts.

import type { Reason } from '../core/sink.ts';
import { decodeMeta } from './post-meta.ts';
import type { Attempt, Push, Slot, Trouble, Trust } from './slot.ts';

export type Need = Attempt['need'];

// A pending id is remembered for about 30 s after the server carried the request out, and not over a restart of the server. Right
// after a look that found nothing a repeated create lands well before either, so it gives the same post, whichever of the two comes
// first. No client can do better: a create that something on the way holds back for longer, and delivers after all, is a second post.
const REPEAT_SAFE_MS = 1_000;

// A living server ends a query after 30 s: no older request lands later than that after the first answer of a newer one.
const LATE_LANDING_MS = 30_000;

// Stalled requests land together when the server goes on: a first look soon catches nearly all of them, later ones are ever rarer.
const FIRST_CHECK_MS = 2_000;

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 2_000; // While everything fails the breaker protects the server; a box must be ready when it closes.
const MAX_ALONE_MS = 300_000; // A post that fails although others are served is nobody's outage.
const PARKED_MS = 600_000; // A person has to let us in again.
const REFUSED_MS = 300_000;
const MAX_REFUSED_MS = 3_600_000;

/** The box with its next request on the way. An edit takes the next sequence number; every try to create the post has the first. */
export function begin(slot: Slot, need: Need, now: number): Slot {
  if (need === 'find' || need === 'read') return { ...slot, attempt: { need, startedAt: now } };
  const seq = need === 'create' ? 1 : slot.seq + 1;
  const urgentKey = slot.view?.card.urgentKey ?? '';
  const post: Slot['post'] = slot.post.kind === 'none' ? { kind: 'intent', doubtful: false, safeUntilAt: 0 } : slot.post;
  return { ...slot, seq, post, attempt: { need, startedAt: now, seq, hash: slot.hash, urgentKey } };
}

/**
 * The server named our post. If an earlier try was in doubt it may be that one's post with that one's content, because the server
 * answers a known pending id with the first post: then it is written once more.
 */
export function afterCreate(slot: Slot, attempt: Push, postId: string, now: number): Slot {
  const isOurs = slot.post.kind === 'intent' && !slot.post.doubtful;
  const posted: Slot = { ...idle(slot, now), post: { kind: 'posted', postId }, dirtyAt: attempt.startedAt };
  return isOurs ? { ...posted, acked: { hash: attempt.hash, seq: attempt.seq }, urgentKey: attempt.urgentKey } : posted;
}

/** A post of an earlier process was found for the box: whatever it says now or is told yet by that process, ours is written over it. */
export function afterTakeover(slot: Slot, attempt: Push, postId: string, now: number): Slot {
  return { ...idle(slot, now), post: { kind: 'posted', postId }, acked: undefined, trust: { kind: 'unknown' }, dirtyAt: attempt.startedAt };
}

export function afterEdit(slot: Slot, attempt: Push, now: number): Slot {
  const trust = trustAfter(slot, attempt.startedAt, now);
  const acked = { hash: attempt.hash, seq: attempt.seq };
  return { ...idle(slot, now), acked, urgentKey: attempt.urgentKey, trust, dirtyAt: attempt.startedAt };
}

function trustAfter({ trust, view }: Slot, startedAt: number, now: number): Trust {
  if (trust.kind === 'settled' || (trust.kind === 'watched' && startedAt >= trust.settledAt)) return { kind: 'settled' };
  const settledAt = trust.kind === 'watched' ? trust.settledAt : now + LATE_LANDING_MS;
  // A box that goes on is written again soon anyway; an end has nothing after it that would repair it.
  return watched(settledAt, now, view?.card.final === true ? FIRST_CHECK_MS : LATE_LANDING_MS);
}

function watched(settledAt: number, now: number, stepMs: number): Trust {
  return { kind: 'watched', settledAt, checkAt: Math.min(now + stepMs, settledAt), stepMs };
}

/** `postId` is the post that carries our box, or `undefined` when there is none. */
export function afterFind(slot: Slot, postId: string | undefined, now: number): Slot {
  if (postId !== undefined) return { ...idle(slot, now), post: { kind: 'posted', postId } };
  return {
    ...slot,
    attempt: undefined,
    trouble: { kind: 'none' },
    post: { kind: 'intent', doubtful: true, safeUntilAt: now + REPEAT_SAFE_MS },
  };
}

/** `meta` is what the post says about itself, `undefined` when the post is gone. Anything but our last word is written over. */
export function afterRead(slot: Slot, startedAt: number, found: { meta: unknown } | undefined, instance: string): Slot {
  const calm: Slot = { ...slot, attempt: undefined, trouble: { kind: 'none' } };
  if (found === undefined) return { ...calm, post: { kind: 'gone' } };
  const meta = decodeMeta(found.meta);
  if (meta?.seq !== slot.acked?.seq || meta?.instance !== instance) return { ...calm, acked: undefined, dirtyAt: startedAt };
  if (slot.trust.kind !== 'watched') return calm;
  const { settledAt, stepMs } = slot.trust;
  return { ...calm, trust: startedAt >= settledAt ? { kind: 'settled' } : watched(settledAt, startedAt, stepMs * 2) };
}

function idle(slot: Slot, now: number): Slot {
  return { ...slot, attempt: undefined, trouble: { kind: 'none' }, lastPushAt: now };
}

export interface FailureContext {
  now: number;
  /** Answers that were successes so far, of all boxes. */
  okCount: number;
  onRootGone: 'park' | 'channel';
}

/** What a failure means for this box; a failure that concerns all boxes leaves it as it was. */
export function afterFailure(slot: Slot, attempt: Attempt, reason: Reason, context: FailureContext): Slot {
  const failed: Slot = { ...slot, attempt: undefined };
  switch (reason) {
    case 'rate_limited':
    case 'breaker_open':
    case 'auth':
      return unsent(failed, attempt);
    case 'gone':
      return { ...failed, post: { kind: 'gone' }, trouble: { kind: 'none' } };
    case 'root_gone':
      return withoutRoot(failed, attempt, context);
    case 'no_access':
    case 'archived':
      return park(failed, reason, context.now);
    case 'too_large':
    case 'rejected':
      return refuse(failed, attempt, reason, context);
    case 'in_progress':
    case 'timed_out':
    case 'unreachable':
    case 'server':
      return retry(inDoubt(failed, attempt, reason, context.now), reason, context);
    default:
      return reason satisfies never;
  }
}

// The number was not used up: an outage of a day must not count to 86,400, nor write that to the checkpoint.
function unsent(slot: Slot, attempt: Attempt): Slot {
  return attempt.need === 'edit' ? { ...slot, seq: attempt.seq - 1 } : slot;
}

function withoutRoot(slot: Slot, attempt: Attempt, { now, onRootGone }: FailureContext): Slot {
  const { channelId, rootId } = slot.target;
  const goesOn = onRootGone === 'channel' && rootId !== undefined;
  if (attempt.need === 'edit' || attempt.need === 'read')
    return goesOn ? moved(slot, channelId) : { ...slot, post: { kind: 'gone' }, trouble: { kind: 'none' } };
  return attempt.need === 'create' && goesOn ? { ...slot, target: { channelId } } : park(slot, 'root_gone', now);
}

// Under another pending id: the server may remember the deleted post by the first one.
function moved(slot: Slot, channelId: string): Slot {
  const post = { kind: 'none' } as const;
  return {
    ...slot,
    target: { channelId },
    pendingPostId: `${slot.pendingPostId}:moved`,
    post,
    acked: undefined,
    trust: { kind: 'settled' },
    trouble: { kind: 'none' },
  };
}

function park(slot: Slot, reason: Reason, now: number): Slot {
  return { ...slot, trouble: { kind: 'parked', reason, untilAt: now + PARKED_MS } };
}

// First with less text; then the content is at fault in another way and is tried again ever more rarely.
function refuse(slot: Slot, attempt: Attempt, reason: Reason, context: FailureContext): Slot {
  if (attempt.need === 'find' || attempt.need === 'read') return retry(slot, reason, context);
  const doubted = inDoubt(slot, attempt, reason, context.now);
  if (slot.shrink === 0) return { ...doubted, shrink: 1 };
  const refusals = slot.trouble.kind === 'refused' ? slot.trouble.refusals + 1 : 1;
  const waitMs = Math.min(MAX_REFUSED_MS, REFUSED_MS * 2 ** (refusals - 1));
  return { ...doubted, trouble: { kind: 'refused', reason, refusals, hash: attempt.hash, untilAt: context.now + waitMs } };
}

// A refusal is an answer: an edit was not carried out. A create is looked for all the same, a refusal may be a failure half-way.
function inDoubt(slot: Slot, attempt: Attempt, reason: Reason, now: number): Slot {
  switch (attempt.need) {
    case 'create':
      return { ...slot, lastPushAt: now, post: { kind: 'intent', doubtful: true, safeUntilAt: 0 } };
    case 'edit':
      if (reason === 'rejected' || reason === 'too_large') return { ...slot, lastPushAt: now };
      return { ...slot, lastPushAt: now, acked: undefined, trust: { kind: 'unknown' } };
    case 'find':
    case 'read':
      return slot;
    default:
      return attempt satisfies never;
  }
}

function retry(slot: Slot, reason: Reason, { now, okCount }: FailureContext): Slot {
  const before = slot.trouble.kind === 'failing' ? slot.trouble : undefined;
  const failures = (before?.failures ?? 0) + 1;
  const isAlone = before !== undefined && okCount > before.okCount && reason !== 'in_progress';
  const alone = (before?.alone ?? 0) + (isAlone ? 1 : 0);
  const trouble: Trouble = { kind: 'failing', reason, failures, alone, okCount, untilAt: now + retryMs(failures, alone) };
  return { ...slot, trouble };
}

/** How long one box waits after its n-th failure in a row, `alone` of them while others were served. */
export function retryMs(failures: number, alone: number): number {
  if (alone > 0) return Math.min(MAX_ALONE_MS, 1_000 * 2 ** alone);
  return Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
}

/** The server is back: what failed because of it need not wait any longer. */
export function afterRecovery(slot: Slot, now: number): Slot {
  return slot.trouble.kind === 'failing'
    ? { ...slot, trouble: { ...slot.trouble, alone: 0, untilAt: Math.min(slot.trouble.untilAt, now) } }
    : slot;
}
