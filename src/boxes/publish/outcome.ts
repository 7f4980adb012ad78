// Says what a request and its response change about one box's post. Pure; gate.ts decides what concerns all boxes at once.

import { type CreatedPost, FAILURES, type Reason } from '../../core/sink.ts';
import { PASSING_MS, planRetry } from './retry-plan.ts';
import { decodeMeta } from './post-meta.ts';
import type { GoneCause } from '../../core/post-record.ts';
import { type Attempt, isPush, isShutOut, type Push, type PostState, type Trust } from './post-state.ts';

export type Need = Attempt['need'];

// The server remembers a pending id for about 30 s after it created the post, and forgets it when it restarts. So a create is repeated
// only right after a search that found nothing: the server then has one post, whichever of the two requests arrives first. No client can
// do better. A proxy that holds a create back for longer, and delivers it after all, makes a second post.
const REPEAT_SAFE_MS = 1_000;

// A running server ends a query after 30 s. So no older request takes effect later than that after the first response to a newer one.
const LATE_LANDING_MS = 30_000;

// Stalled requests take effect together when the server goes on. An early first check sees nearly all of them; later checks are rarer.
const FIRST_CHECK_MS = 2_000;

// One response "gone" may come from a replica that lags, or from a failing database. Three responses at intervals do not.
const GONE_ANSWERS = 3;

const FIRST_GROWTH_MS = 60_000;
const MAX_GROWTH_MS = 3_600_000;

/**
 * The box with its next request in flight. An edit takes the next sequence number; every attempt to create the post has the first.
 * `everyMs` is how far apart its edits are by now.
 */
export function beginRequest(state: PostState, need: Need, now: number, everyMs = 0): PostState {
  if (need === 'find' || need === 'read' || need === 'look') return { ...state, attempt: { need, startedAt: now } };
  const seq = need === 'create' ? 1 : state.seq + 1;
  const urgentKey = state.view?.card.urgentKey ?? '';
  const post: PostState['post'] = state.post.kind === 'none' ? { kind: 'intent', doubtful: false, safeUntilAt: 0 } : state.post;
  return { ...state, seq, post, attempt: { need, startedAt: now, seq, hash: state.hash, urgentKey, everyMs } };
}

/**
 * The server returned our post. It answers a known pending id with the first post. So after a doubtful earlier attempt it may be that
 * attempt's post with its content, and the post is written once more.
 */
export function afterCreate(state: PostState, attempt: Push, postId: string, now: number): PostState {
  const isOurs = state.post.kind === 'intent' && !state.post.doubtful;
  const posted: PostState = {
    ...idle(state, now),
    post: { kind: 'posted', postId },
    dirtyAt: attempt.startedAt,
    trust: settledTrust(state, now),
  };
  return isOurs ? { ...posted, ...confirmed(attempt) } : posted;
}

/**
 * A post of an earlier process was found for the box. Ours is written over it, whatever it says or that process still writes.
 * Where it replaces another post it goes on doing so: that one cannot be edited, and nothing else says that it is over.
 */
export function afterTakeover(state: PostState, attempt: Push, { postId, replaces = state.replaces }: CreatedPost, now: number): PostState {
  return {
    ...idle(state, now),
    post: { kind: 'posted', postId },
    replaces,
    acked: undefined,
    isClaimed: false,
    trust: { kind: 'unknown' },
    dirtyAt: attempt.startedAt,
  };
}

export function afterEdit(state: PostState, attempt: Push, now: number): PostState {
  if (state.post.kind !== 'posted') return idle(state, now); // it was released meanwhile
  const trust = trustAfter(state, attempt.startedAt, now);
  return { ...idle(state, now), ...confirmed(attempt), trust, dirtyAt: attempt.startedAt };
}

function confirmed({ hash, seq, urgentKey }: Push): Pick<PostState, 'acked' | 'urgentKey' | 'isClaimed'> {
  return { acked: { hash, seq }, urgentKey, isClaimed: true };
}

function trustAfter({ trust, target, view }: PostState, startedAt: number, now: number): Trust {
  if (trust.kind === 'settled' || trust.kind === 'thread' || (trust.kind === 'watched' && startedAt >= trust.settledAt))
    return settledTrust({ target, view }, now);
  const settledAt = trust.kind === 'watched' ? trust.settledAt : now + LATE_LANDING_MS;
  // A running box is written again soon anyway. After an end, nothing else would repair the post.
  return watched(settledAt, now, view?.card.final === true ? FIRST_CHECK_MS : LATE_LANDING_MS);
}

/** An edit that races the deletion of its thread restores the post. So after an end its thread is checked. */
function settledTrust({ target, view }: Pick<PostState, 'target' | 'view'>, now: number): Trust {
  const isEndInThread = target.rootId !== undefined && view?.card.final === true;
  return isEndInThread ? { kind: 'thread', checkAt: now + FIRST_CHECK_MS } : { kind: 'settled' };
}

function watched(settledAt: number, now: number, stepMs: number): Trust {
  return { kind: 'watched', settledAt, checkAt: Math.min(now + stepMs, settledAt), stepMs };
}

/** `postId` is the post that carries our box, or `undefined` when there is none. */
export function afterFind(state: PostState, postId: string | undefined, now: number): PostState {
  if (postId !== undefined) return { ...idle(state, now), post: { kind: 'posted', postId } };
  return {
    ...state,
    attempt: undefined,
    post: { kind: 'intent', doubtful: true, safeUntilAt: now + REPEAT_SAFE_MS },
  };
}

/** The thread of an end is still there. */
export function afterLook(state: PostState): PostState {
  return {
    ...state,
    attempt: undefined,
    trouble: { kind: 'none' },
    trust: state.trust.kind === 'thread' ? { kind: 'settled' } : state.trust,
  };
}

/** `meta` is what the post says about itself. Anything but our newest content is overwritten. */
export function afterRead(state: PostState, startedAt: number, found: { meta: unknown }, instance: string): PostState {
  const answered: PostState = { ...state, attempt: undefined, trouble: { kind: 'none' } };
  const meta = decodeMeta(found.meta);
  if (meta?.seq !== state.acked?.seq || meta?.instance !== instance) return { ...answered, acked: undefined, dirtyAt: startedAt };
  if (state.trust.kind !== 'watched') return answered;
  const { settledAt, stepMs } = state.trust;
  return { ...answered, trust: startedAt >= settledAt ? settledTrust(state, startedAt) : watched(settledAt, startedAt, stepMs * 2) };
}

function idle(state: PostState, now: number): PostState {
  return { ...state, attempt: undefined, trouble: { kind: 'none' }, lastPushAt: now };
}

/** One failed request, and what its box needs to know of it. */
export interface Failure {
  attempt: Attempt;
  reason: Reason;
  /** Cause and cure, for people. */
  because: string;
  /** The earliest time for another try. */
  retryAfterMs?: number | undefined;
}

export interface FailureContext {
  now: number;
  /** 0 ≤ x < 1 */
  random: number;
  /** Successful requests of all boxes so far. */
  okCount: number;
  onRootGone: 'park' | 'channel';
}

/** What a failure means for this box. A failure that concerns all boxes leaves it unchanged. */
export function afterFailure(state: PostState, failure: Failure, context: FailureContext): PostState {
  const { attempt, reason } = failure;
  const failed: PostState = { ...state, attempt: undefined };
  if (concernsPost(attempt) && state.post.kind !== 'posted') return failed; // it was released meanwhile
  switch (reason) {
    case 'rate_limited':
    case 'breaker_open':
    case 'auth':
      return unsent(failed, attempt);
    case 'gone':
    case 'root_gone':
      return goneIfRepeated(retry(inDoubt(failed, failure, context.now), failure, context), failure, context);
    case 'edit_expired':
    case 'edit_forbidden':
      return uneditable(retry(failed, failure, context), reason, context.now);
    case 'too_large':
      return isPush(attempt) && state.shrinking.level < 2
        ? shrunk(inDoubt(failed, failure, context.now), context.now)
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

/** Whether it asks for a post that is there; the others make or find one. */
function concernsPost({ need }: Attempt): boolean {
  return need === 'edit' || need === 'read' || need === 'look';
}

// The sequence number was not used. An outage of a day must not count to 86,400, nor write that to the checkpoint.
function unsent(state: PostState, attempt: Attempt): PostState {
  return attempt.need === 'edit' ? { ...state, seq: attempt.seq - 1 } : state;
}

/** The post or its thread is gone; the server must have said so repeatedly. */
function goneIfRepeated(state: PostState, { reason }: Failure, { onRootGone }: FailureContext): PostState {
  const { channelId, rootId, isOwnThread } = state.target;
  if (state.trouble.kind === 'none' || state.trouble.failures < GONE_ANSWERS) return state;
  if (reason === 'gone') return gone(state, 'post');
  const isPosted = state.post.kind === 'posted';
  if (rootId !== undefined && (onRootGone === 'channel' || (isOwnThread === true && !isPosted && state.replaces === undefined)))
    return isPosted ? moved(state, channelId) : { ...state, target: { channelId }, trouble: { kind: 'none' } };
  return !isPosted && state.replaces === undefined ? state : gone(state, 'root');
}

function gone(state: PostState, cause: GoneCause): PostState {
  return { ...state, post: { kind: 'gone', cause }, trouble: { kind: 'none' } };
}

// It gets another pending id, because the server may remember the deleted post by the first one.
function moved(state: PostState, channelId: string): PostState {
  return { ...anotherPost(state, 'moved'), target: { channelId } };
}

/**
 * An end that its post can never show goes into a new post, once in the life of a box. A person who forbids edits has not
 * forbidden the box, so a mere lack of permission has to last first.
 */
function uneditable(state: PostState, reason: Reason, now: number): PostState {
  if (state.post.kind !== 'posted' || state.view?.card.final !== true || state.replaces !== undefined) return state;
  const isForGood = reason === 'edit_expired' || (state.trouble.kind !== 'none' && now - state.trouble.sinceAt >= PASSING_MS);
  return isForGood ? { ...anotherPost(state, 'end'), replaces: state.post.postId } : state;
}

/** The box without the post that another gateway writes. */
export function released(state: PostState, now: number): PostState {
  return { ...anotherPost(state, 'own'), dirtyAt: now };
}

function anotherPost(state: PostState, name: 'moved' | 'end' | 'own'): PostState {
  const pendingPostId = `${state.pendingPostId}:${name}`;
  const nothingSaid = { acked: undefined, urgentKey: undefined, trust: { kind: 'settled' }, trouble: { kind: 'none' } } as const;
  return { ...state, pendingPostId, post: { kind: 'none' }, ...nothingSaid };
}

function shrunk(state: PostState, now: number): PostState {
  const { level, waitMs: before } = state.shrinking;
  const waitMs = level > 0 ? before : Math.min(MAX_GROWTH_MS, Math.max(FIRST_GROWTH_MS, before * 2));
  return { ...state, shrinking: { level: level === 0 ? 1 : 2, growAt: now + waitMs, waitMs } };
}

// After a refusal an edit was not carried out. A create is searched for all the same: its refusal may be a failure half-way.
function inDoubt(state: PostState, { attempt, reason }: Failure, now: number): PostState {
  switch (attempt.need) {
    case 'create':
      return { ...state, lastPushAt: now, post: { kind: 'intent', doubtful: true, safeUntilAt: 0 } };
    case 'edit':
      if (!FAILURES[reason].mayLand) return state;
      return { ...state, lastPushAt: now, acked: undefined, trust: { kind: 'unknown' } };
    case 'find':
    case 'read':
    case 'look':
      return state;
    default:
      return attempt satisfies never;
  }
}

function retry(
  state: PostState,
  { attempt, reason, because, retryAfterMs = 0 }: Failure,
  { now, okCount, random }: FailureContext,
): PostState {
  const before = state.trouble.kind === 'none' ? undefined : state.trouble;
  const isNewDoubt = (reason === 'gone' || reason === 'root_gone') && before?.reason !== reason;
  const failures = isNewDoubt ? 1 : (before?.failures ?? 0) + 1;
  const alone = before !== undefined && (before.alone || (okCount > before.okCount && reason !== 'in_progress'));
  const sinceAt = before?.sinceAt ?? now;
  const final = state.view?.card.final === true;
  const { kind, waitMs } = planRetry({ reason, count: failures, lastingMs: now - sinceAt, alone, final, random });
  const hash = 'hash' in attempt ? attempt.hash : state.hash;
  return {
    ...state,
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

/** The server is back. Boxes that failed because of it need not wait any longer. */
export function afterRecovery(state: PostState, now: number): PostState {
  const { trouble } = state;
  return trouble.kind === 'failing' ? { ...state, trouble: { ...trouble, alone: false, untilAt: Math.min(trouble.untilAt, now) } } : state;
}

const FREED_AGAIN_MS = 1_000; // A box that fails for a reason other than its channel must not retry with every success of a neighbour.

/** Something was written in the channel of this box. If the channel was closed to us, it is open again. */
export function afterChannelOpened(state: PostState, now: number): PostState {
  const { trouble } = state;
  if (!isShutOut(state) || trouble.kind === 'none') return state;
  return { ...state, trouble: { ...trouble, untilAt: Math.min(trouble.untilAt, Math.max(now, trouble.failedAt + FREED_AGAIN_MS)) } };
}
