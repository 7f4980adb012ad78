// What a request and its answer change about one box's post. Pure; what concerns all boxes at once is decided in gate.ts.

import type { Reason } from '../../core/sink.ts';
import { PASSING_MS, patienceWith } from './patience.ts';
import { decodeMeta } from './post-meta.ts';
import type { GoneCause } from './post-record.ts';
import type { Attempt, Push, Slot, Trust } from './slot.ts';

export type Need = Attempt['need'];

// A pending id is remembered for about 30 s after the server carried the request out, and not over a restart of the server. Right
// after a look that found nothing a repeated create lands well before either, so it gives the same post, whichever of the two comes
// first. No client can do better: a create that something on the way holds back for longer, and delivers after all, is a second post.
const REPEAT_SAFE_MS = 1_000;

// A living server ends a query after 30 s: no older request lands later than that after the first answer of a newer one.
const LATE_LANDING_MS = 30_000;

// Stalled requests land together when the server goes on: a first look soon catches nearly all of them, later ones are ever rarer.
const FIRST_CHECK_MS = 2_000;

// One answer that a post is gone may come from a replica that lags, or from a failing database; three at a distance do not.
const GONE_ANSWERS = 3;

const FIRST_GROWTH_MS = 60_000;
const MAX_GROWTH_MS = 3_600_000;

/** The box with its next request on the way. An edit takes the next sequence number; every try to create the post has the first. */
export function begin(slot: Slot, need: Need, now: number): Slot {
  if (need === 'find' || need === 'read' || need === 'look') return { ...slot, attempt: { need, startedAt: now } };
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
  const posted: Slot = { ...idle(slot, now), post: { kind: 'posted', postId }, dirtyAt: attempt.startedAt, trust: settledTrust(slot, now) };
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

function trustAfter({ trust, target, view }: Slot, startedAt: number, now: number): Trust {
  if (trust.kind === 'settled' || trust.kind === 'thread' || (trust.kind === 'watched' && startedAt >= trust.settledAt))
    return settledTrust({ target, view }, now);
  const settledAt = trust.kind === 'watched' ? trust.settledAt : now + LATE_LANDING_MS;
  // A box that goes on is written again soon anyway; an end has nothing after it that would repair it.
  return watched(settledAt, now, view?.card.final === true ? FIRST_CHECK_MS : LATE_LANDING_MS);
}

/** An edit that races the deletion of its thread brings the post to life again: after an end its thread is looked at. */
function settledTrust({ target, view }: Pick<Slot, 'target' | 'view'>, now: number): Trust {
  const isEndInThread = target.rootId !== undefined && view?.card.final === true;
  return isEndInThread ? { kind: 'thread', checkAt: now + FIRST_CHECK_MS } : { kind: 'settled' };
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
    post: { kind: 'intent', doubtful: true, safeUntilAt: now + REPEAT_SAFE_MS },
  };
}

/** The thread of an end is still there. */
export function afterLook(slot: Slot): Slot {
  return { ...slot, attempt: undefined, trouble: { kind: 'none' }, trust: slot.trust.kind === 'thread' ? { kind: 'settled' } : slot.trust };
}

/** `meta` is what the post says about itself. Anything but our last word is written over. */
export function afterRead(slot: Slot, startedAt: number, found: { meta: unknown }, instance: string): Slot {
  const calm: Slot = { ...slot, attempt: undefined, trouble: { kind: 'none' } };
  const meta = decodeMeta(found.meta);
  if (meta?.seq !== slot.acked?.seq || meta?.instance !== instance) return { ...calm, acked: undefined, dirtyAt: startedAt };
  if (slot.trust.kind !== 'watched') return calm;
  const { settledAt, stepMs } = slot.trust;
  return { ...calm, trust: startedAt >= settledAt ? settledTrust(slot, startedAt) : watched(settledAt, startedAt, stepMs * 2) };
}

function idle(slot: Slot, now: number): Slot {
  return { ...slot, attempt: undefined, trouble: { kind: 'none' }, lastPushAt: now };
}

/** One failed request, as far as it is about its box. */
export interface Failure {
  attempt: Attempt;
  reason: Reason;
  /** In words: cause and cure. */
  because: string;
  /** The earliest time for another try. */
  retryAfterMs?: number | undefined;
}

export interface FailureContext {
  now: number;
  /** 0 ≤ x < 1 */
  random: number;
  /** Answers that were successes so far, of all boxes. */
  okCount: number;
  onRootGone: 'park' | 'channel';
}

/** What a failure means for this box; a failure that concerns all boxes leaves it as it was. */
export function afterFailure(slot: Slot, failure: Failure, context: FailureContext): Slot {
  const { attempt, reason } = failure;
  const failed: Slot = { ...slot, attempt: undefined };
  switch (reason) {
    case 'rate_limited':
    case 'breaker_open':
    case 'auth':
      return unsent(failed, attempt);
    case 'gone':
    case 'root_gone':
      return lost(retry(inDoubt(failed, failure, context.now), failure, context), failure, context);
    case 'edit_expired':
    case 'edit_forbidden':
      return uneditable(retry(failed, failure, context), reason, context.now);
    case 'too_large':
      return isPush(attempt) && slot.shrinking.level < 2
        ? smaller(inDoubt(failed, failure, context.now), context.now)
        : retry(inDoubt(failed, failure, context.now), failure, context);
    case 'no_access':
    case 'archived':
      return retry(failed, failure, context);
    case 'rejected':
    case 'in_progress':
    case 'timed_out':
    case 'unreachable':
    case 'server':
      return retry(inDoubt(failed, failure, context.now), failure, context);
    default:
      return reason satisfies never;
  }
}

// The number was not used up: an outage of a day must not count to 86,400, nor write that to the checkpoint.
function unsent(slot: Slot, attempt: Attempt): Slot {
  return attempt.need === 'edit' ? { ...slot, seq: attempt.seq - 1 } : slot;
}

/** The post, or its thread, is not there: believed when it was said repeatedly. */
function lost(slot: Slot, { reason }: Failure, { onRootGone }: FailureContext): Slot {
  const { channelId, rootId } = slot.target;
  if (slot.trouble.kind === 'none' || slot.trouble.failures < GONE_ANSWERS) return slot;
  if (reason === 'gone') return gone(slot, 'post');
  if (onRootGone === 'channel' && rootId !== undefined)
    return slot.post.kind === 'posted' ? moved(slot, channelId) : { ...slot, target: { channelId }, trouble: { kind: 'none' } };
  return slot.post.kind !== 'posted' && slot.replaces === undefined ? slot : gone(slot, 'root');
}

function gone(slot: Slot, cause: GoneCause): Slot {
  return { ...slot, post: { kind: 'gone', cause }, trouble: { kind: 'none' } };
}

// Under another pending id: the server may remember the deleted post by the first one.
function moved(slot: Slot, channelId: string): Slot {
  return { ...anotherPost(slot, 'moved'), target: { channelId } };
}

/**
 * An end that its post will never say goes into a new one, once in the life of a box. A person who forbids edits has not
 * forbidden the box, so a mere lack of permission has to last.
 */
function uneditable(slot: Slot, reason: Reason, now: number): Slot {
  if (slot.post.kind !== 'posted' || slot.view?.card.final !== true || slot.replaces !== undefined) return slot;
  const isForGood = reason === 'edit_expired' || (slot.trouble.kind !== 'none' && now - slot.trouble.sinceAt >= PASSING_MS);
  return isForGood ? { ...anotherPost(slot, 'end'), replaces: slot.post.postId } : slot;
}

function anotherPost(slot: Slot, name: 'moved' | 'end'): Slot {
  const pendingPostId = `${slot.pendingPostId}:${name}`;
  const nothingSaid = { acked: undefined, urgentKey: undefined, trust: { kind: 'settled' }, trouble: { kind: 'none' } } as const;
  return { ...slot, pendingPostId, post: { kind: 'none' }, ...nothingSaid };
}

function smaller(slot: Slot, now: number): Slot {
  const { level, waitMs: before } = slot.shrinking;
  const waitMs = level > 0 ? before : Math.min(MAX_GROWTH_MS, Math.max(FIRST_GROWTH_MS, before * 2));
  return { ...slot, shrinking: { level: level === 0 ? 1 : 2, growAt: now + waitMs, waitMs } };
}

function isPush(attempt: Attempt): boolean {
  return attempt.need === 'create' || attempt.need === 'edit';
}

// A refusal is an answer: an edit was not carried out. A create is looked for all the same, a refusal may be a failure half-way.
function inDoubt(slot: Slot, { attempt, reason }: Failure, now: number): Slot {
  switch (attempt.need) {
    case 'create':
      return { ...slot, lastPushAt: now, post: { kind: 'intent', doubtful: true, safeUntilAt: 0 } };
    case 'edit':
      if (isRefusal(reason)) return slot;
      return { ...slot, lastPushAt: now, acked: undefined, trust: { kind: 'unknown' } };
    case 'find':
    case 'read':
    case 'look':
      return slot;
    default:
      return attempt satisfies never;
  }
}

function isRefusal(reason: Reason): boolean {
  return reason === 'rejected' || reason === 'too_large' || reason === 'gone' || reason === 'root_gone';
}

function retry(slot: Slot, { attempt, reason, because, retryAfterMs = 0 }: Failure, { now, okCount, random }: FailureContext): Slot {
  const before = slot.trouble.kind === 'none' ? undefined : slot.trouble;
  const isNewDoubt = (reason === 'gone' || reason === 'root_gone') && before?.reason !== reason;
  const failures = isNewDoubt ? 1 : (before?.failures ?? 0) + 1;
  const alone = before !== undefined && (before.alone || (okCount > before.okCount && reason !== 'in_progress'));
  const sinceAt = before?.sinceAt ?? now;
  const final = slot.view?.card.final === true;
  const { kind, waitMs } = patienceWith({ reason, count: failures, lastingMs: now - sinceAt, alone, final, random });
  const hash = 'hash' in attempt ? attempt.hash : slot.hash;
  return {
    ...slot,
    trouble: {
      kind,
      reason,
      because,
      failures,
      sinceAt,
      failedAt: now,
      untilAt: now + (kind === 'parked' ? Math.max(waitMs, retryAfterMs) : waitMs),
      alone,
      okCount,
      hash,
    },
  };
}

/** The server is back: what failed because of it need not wait any longer. */
export function afterRecovery(slot: Slot, now: number): Slot {
  const { trouble } = slot;
  return trouble.kind === 'failing' ? { ...slot, trouble: { ...trouble, alone: false, untilAt: Math.min(trouble.untilAt, now) } } : slot;
}

const FREED_AGAIN_MS = 1_000; // A box that fails for another reason than its channel must not ask with every success of a neighbour.

/** Something was written in the channel of this box: if it was closed to us, it is open again. */
export function afterChannelOpened(slot: Slot, now: number): Slot {
  const { trouble } = slot;
  const isClosed = trouble.kind === 'parked' && (trouble.reason === 'no_access' || trouble.reason === 'archived');
  if (!isClosed) return slot;
  return { ...slot, trouble: { ...trouble, untilAt: Math.min(trouble.untilAt, Math.max(now, trouble.failedAt + FREED_AGAIN_MS)) } };
}
