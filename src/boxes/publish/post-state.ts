// The state of one box's post as the publisher knows it. Plain values, changed only by making new ones; knows no other box.

import type { Reason, Target } from '../../core/sink.ts';
import type { GoneCause, PostPhase, PostRecord } from '../../core/post-record.ts';
import type { BoxNews, BoxTrouble, BoxView, Shrink } from './publisher-ports.ts';

/**
 * `intent`: the post is not confirmed. While `doubtful`, a create may have worked. It may be repeated without a search only until
 * `safeUntilAt`.
 */
export type Post =
  | { kind: 'none' }
  | { kind: 'intent'; doubtful: boolean; safeUntilAt: number }
  | { kind: 'posted'; postId: string }
  | { kind: 'gone'; cause: GoneCause };

/** A create or an edit, with what the post says once it is confirmed. */
export interface Push {
  startedAt: number;
  seq: number;
  hash: string;
  urgentKey: string;
  /** The post says that it is updated this rarely; 0 when that goes without saying. */
  everyMs: number;
}

/** The one request of this box that is in flight. A create or an edit may change the post, the others only read. */
export type Attempt =
  | ({ need: 'create' } & Push)
  | ({ need: 'edit' } & Push)
  | { need: 'find'; startedAt: number }
  | { need: 'read'; startedAt: number }
  /** Reads the thread's root. */
  | { need: 'look'; startedAt: number };

/**
 * Whether the post can still change without us. `unknown`: a request without a response may have taken effect, or may yet.
 * `watched`: a later request was answered, but until `settledAt` an older one may overtake it. The post is read at `checkAt`,
 * `stepMs` after the last read. `thread`: an end in a thread that may have been deleted at the same moment; its root is read once.
 */
export type Trust =
  | { kind: 'settled' }
  | { kind: 'unknown' }
  | { kind: 'watched'; settledAt: number; checkAt: number; stepMs: number }
  | { kind: 'thread'; checkAt: number };

/** Why this box, and no other, is not pushed before `untilAt`. Kept until a push succeeds. */
export type Trouble =
  | { kind: 'none' }
  | {
      kind: 'failing' | 'parked' | 'refused';
      reason: Reason;
      /** Cause and cure, for people. */
      because: string;
      failures: number;
      sinceAt: number;
      /** When the last failure happened. */
      failedAt: number;
      untilAt: number;
      /** Other boxes succeeded between two of the failures. Then the cause is this post, not the server. */
      alone: boolean;
      okCount: number;
      /** The content that failed last. */
      hash: string;
    };

/** How much the body is cut. The first view after `growAt` is tried in full again; `waitMs` is how long that wait was. */
export interface Shrinking {
  readonly level: Shrink;
  readonly growAt: number;
  readonly waitMs: number;
}

/** Instants are of the monotonic clock except `createdAt`. */
export interface PostState {
  readonly boxId: string;
  readonly target: Target;
  readonly pendingPostId: string;
  /** Wall clock. */
  readonly createdAt: number;
  readonly bornAt: number;
  readonly view: BoxView | BoxNews | undefined;
  /** The hash of the view's content as it would be sent; `UNDRAWN` while nobody knows. */
  readonly hash: string;
  /** Since when the post differs from the view. */
  readonly dirtyAt: number;
  /** Since when the view is an end; `undefined` while it is none. */
  readonly endedAt: number | undefined;
  readonly shrinking: Shrinking;
  readonly post: Post;
  /** The post that may not be edited any more. This box has another post for its end. */
  readonly replaces: string | undefined;
  readonly seq: number;
  readonly acked: { hash: string; seq: number } | undefined;
  readonly urgentKey: string | undefined;
  /** This process has written the post, and no other process is known to have written it since. */
  readonly isClaimed: boolean;
  readonly trust: Trust;
  readonly trouble: Trouble;
  readonly attempt: Attempt | undefined;
  /** When the last request that may have changed the post ended. */
  readonly lastPushAt: number | undefined;
  /** What an earlier process stored, as long as there is no view. */
  readonly before: { owedFinal: boolean; final: boolean };
  readonly forgottenAt: number | undefined;
}

/** Both clocks at one instant: `wall` for stored times, `now` for durations. */
export interface Instant {
  wall: number;
  now: number;
}

/** A box that this process shows for the first time. */
export function newPostState(view: BoxView | BoxNews, hash: string, pendingPostId: string, at: Instant): PostState {
  return {
    ...blankPostState(view.boxId, view.target, pendingPostId, at),
    view,
    hash,
    bornAt: bornAt(view, at),
    endedAt: endedAt(view, undefined, at),
  };
}

/**
 * A box that an earlier process left. Its last request may still be in flight, so only an end that was confirmed is trusted.
 * Every other post is written once more, which also puts our claim into it. The last edit may be a moment old, so the throttle
 * counts from now.
 */
export function adoptedPostState(record: PostRecord, at: Instant): PostState {
  const isDone = record.final && !record.owedFinal && record.acked !== undefined;
  return {
    ...blankPostState(record.boxId, record.target, record.pendingPostId, at),
    createdAt: record.createdAt,
    post: postOf(record),
    replaces: record.replaces,
    seq: record.seq,
    acked: isDone ? record.acked : undefined,
    urgentKey: record.urgentKey,
    isClaimed: false,
    trust: isDone || record.postId === undefined ? { kind: 'settled' } : { kind: 'unknown' },
    lastPushAt: at.now,
    before: { owedFinal: record.owedFinal, final: record.final },
  };
}

function blankPostState(boxId: string, target: Target, pendingPostId: string, at: Instant): PostState {
  return {
    boxId,
    target,
    pendingPostId,
    createdAt: at.wall,
    bornAt: at.now,
    view: undefined,
    hash: '',
    dirtyAt: at.now,
    endedAt: undefined,
    shrinking: { level: 0, growAt: 0, waitMs: 0 },
    post: { kind: 'none' },
    replaces: undefined,
    seq: 0,
    acked: undefined,
    urgentKey: undefined,
    isClaimed: true,
    trust: { kind: 'settled' },
    trouble: { kind: 'none' },
    attempt: undefined,
    lastPushAt: undefined,
    before: { owedFinal: false, final: false },
    forgottenAt: undefined,
  };
}

function postOf(record: PostRecord): Post {
  if (record.phase === 'gone') return { kind: 'gone', cause: record.goneCause ?? 'post' };
  if (record.postId !== undefined) return { kind: 'posted', postId: record.postId };
  return { kind: 'intent', doubtful: true, safeUntilAt: 0 };
}

// The age of a turn is read once, so that a later jump of the wall clock does not change the pace.
function bornAt(view: BoxView | BoxNews, at: Instant): number {
  return at.now - Math.max(0, at.wall - view.turnStartedAt);
}

function endedAt(view: BoxView | BoxNews, before: number | undefined, at: Instant): number | undefined {
  return view.card.final ? (before ?? at.now) : undefined;
}

/** How much the body of `view` has to be cut. An end is tried in full once. */
export function shrinkingFor({ shrinking, view: before }: PostState, view: BoxView | BoxNews, now: number): Shrinking {
  if (shrinking.level === 0) return shrinking;
  const isNewEnd = view.card.final && before?.card.final !== true;
  return isNewEnd || now >= shrinking.growAt ? { ...shrinking, level: 0 } : shrinking;
}

/** The newest view wins. Older views that were not sent are never sent. */
export function withView(state: PostState, view: BoxView | BoxNews, hash: string, at: Instant): PostState {
  const age = { bornAt: state.view === undefined ? bornAt(view, at) : state.bornAt, endedAt: endedAt(view, state.endedAt, at) };
  const shown = { ...state, view, hash, ...age, forgottenAt: undefined };
  return isDirty(state) && state.view !== undefined ? shown : { ...shown, dirtyAt: at.now };
}

/** Whether the post may differ from the view. */
export function isDirty(state: PostState): boolean {
  return state.view !== undefined && state.post.kind !== 'gone' && state.acked?.hash !== state.hash;
}

/** Its channel is closed to us. */
export function isShutOut({ trouble }: PostState): boolean {
  return trouble.kind === 'parked' && (trouble.reason === 'no_access' || trouble.reason === 'archived');
}

/** The box has a post and has not ended. */
export function isOpenPost(state: PostState): boolean {
  return state.post.kind === 'posted' && state.view?.card.final === false;
}

/** Whether work remains before the post surely shows the newest state. */
export function isOwed(state: PostState): boolean {
  if (state.post.kind === 'gone') return false;
  if (state.view === undefined) return state.before.owedFinal;
  const isDoubtful = state.trust.kind === 'unknown' || state.trust.kind === 'watched';
  return isDirty(state) || isDoubtful || isPush(state.attempt);
}

/** Whether the request may change the post. */
export function isPush(attempt: Attempt | undefined): boolean {
  return attempt?.need === 'create' || attempt?.need === 'edit';
}

/** Whether the waiting change skips the pace: the first post, another urgent key, an end. */
export function isUrgent(state: PostState): boolean {
  return state.view !== undefined && (state.view.card.final || state.view.card.urgentKey !== state.urgentKey);
}

/**
 * What keeps the newest state out of the post for longer than a moment. A box whose state returned to what its post shows has no
 * trouble.
 */
export function troubleOf(state: PostState): (BoxTrouble & { kind: 'parked' | 'refused' | 'gone' }) | undefined {
  const { boxId, post, trouble } = state;
  const { channelId } = state.target;
  if (post.kind === 'gone') return { kind: 'gone', boxId, channelId, ...GONE[post.cause] };
  if (trouble.kind === 'none' || trouble.kind === 'failing' || !isOwed(state)) return undefined;
  const { kind, reason, because } = trouble;
  return { kind, boxId, channelId, reason, because };
}

const GONE: Record<GoneCause, Pick<BoxTrouble, 'reason' | 'because'>> = {
  post: { reason: 'gone', because: 'its post was deleted, and stays deleted for this turn' },
  root: { reason: 'root_gone', because: 'its thread was deleted; with ROOT_GONE=channel such a box goes on in the channel' },
};

const GIVE_UP_MS = 24 * 3_600_000; // A forgotten box whose channel refuses its end is not kept forever.

/** Whether a forgotten box may be dropped: nothing is owed any more, or no post will ever take it. */
export function mayBeDropped(state: PostState, now: number): boolean {
  if (state.forgottenAt === undefined || state.attempt !== undefined) return false;
  if (state.view === undefined || !isOwed(state)) return true;
  const isStuck = state.trouble.kind === 'parked' || state.trouble.kind === 'refused';
  return isStuck && (state.post.kind !== 'posted' || now - state.forgottenAt >= GIVE_UP_MS);
}

/** The record of a post that the checkpoint keeps. */
export function recordOf(state: PostState): PostRecord {
  const owed = owedView(state);
  return {
    boxId: state.boxId,
    target: state.target,
    phase: phaseOf(state),
    pendingPostId: state.pendingPostId,
    ...(state.post.kind === 'posted' ? { postId: state.post.postId } : {}),
    ...(state.post.kind === 'gone' ? { goneCause: state.post.cause } : {}),
    ...(state.replaces === undefined ? {} : { replaces: state.replaces }),
    seq: state.seq,
    ...(state.acked === undefined ? {} : { acked: state.acked }),
    ...(state.urgentKey === undefined ? {} : { urgentKey: state.urgentKey }),
    owedFinal: state.view === undefined ? state.before.owedFinal : owed !== undefined,
    ...(owed === undefined ? {} : { owedView: { card: owed.card, turnStartedAt: owed.turnStartedAt, meta: owed.meta } }),
    final: state.view?.card.final ?? state.before.final,
    createdAt: state.createdAt,
  };
}

/** The end that its post may not show yet. Ends are drawn at once. */
function owedView(state: PostState): BoxView | undefined {
  const { view } = state;
  return view === undefined || 'draw' in view || !view.card.final || !isOwed(state) ? undefined : view;
}

function phaseOf(state: PostState): PostPhase {
  if (state.post.kind === 'gone') return 'gone';
  if (troubleOf(state)?.kind === 'parked') return 'parked';
  return state.post.kind === 'posted' ? 'posted' : 'intent';
}
