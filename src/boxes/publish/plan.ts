// Says what one box's post waits for: in which lane, from when on, and since when it counts as waiting. Pure; knows no other box.

import { NOTHING_URGENT } from '../../core/card.ts';
import type { Pace } from '../../core/edit-pace.ts';
import type { Need } from './outcome.ts';
import { isDirty, isUrgent, type PostState } from './post-state.ts';
import { nextDueAt } from './push-due.ts';
import { sendReason, type SendReason } from './send-reason.ts';

/** Ends go first, then changes that a person should see at once, then first posts. Among equals, what has waited longest goes first. */
export const LANES = ['end', 'urgent', 'opening', 'ordinary'] as const;
export type Lane = (typeof LANES)[number];

/** The next request of one box. All instants are of the monotonic clock. */
export interface Plan {
  readonly boxId: string;
  readonly lane: Lane;
  /** It is not sent before. */
  readonly readyAt: number;
  /** The order within the lane. */
  readonly since: number;
  /** The channel in whose hourly count the request counts. */
  readonly countsIn: string | undefined;
}

export interface PlanRules {
  throttleMs: number;
  pace: Pace;
}

// What was refused counts as waiting only later than others, or a few that are always refused would hold up all.
const REFUSED_LATER_MS = 30_000;

/** What the box waits for; `undefined` when it needs nothing or has a request in flight. `flushing` is a shutdown: pace does not count. */
export function planOf(state: PostState, rules: PlanRules, flushing: boolean): Plan | undefined {
  const need = needOf(state, 0); // creates and searches, which only time tells apart, are planned alike
  if (need === undefined || (flushing && isCheck(need))) return undefined;
  const lane = laneOf(state, need, sendReason(state, need));
  const readyAt = readyAtOf(state, need, rules, flushing);
  const since = state.trouble.kind === 'none' ? readyAt : readyAt + REFUSED_LATER_MS;
  const isCounted = need === 'edit' && lane === 'ordinary' && !flushing;
  return { boxId: state.boxId, lane, readyAt, since, countsIn: isCounted ? state.target.channelId : undefined };
}

/** The request that one box needs next, whenever it may be sent. A box has at most one request in flight. */
export function needOf(state: PostState, now: number): Need | undefined {
  if (state.attempt !== undefined) return undefined;
  switch (state.post.kind) {
    case 'gone':
      return undefined;
    case 'none':
      return isDirty(state) ? 'create' : undefined;
    case 'intent':
      if (!isDirty(state)) return undefined;
      return state.post.doubtful && now >= state.post.safeUntilAt ? 'find' : 'create';
    case 'posted':
      if (isDirty(state)) return 'edit';
      return state.view === undefined ? undefined : checkNeededBy(state.trust);
    default:
      return state.post satisfies never;
  }
}

function checkNeededBy({ kind }: PostState['trust']): Need | undefined {
  switch (kind) {
    case 'watched':
      return 'read';
    case 'thread':
      return 'look';
    case 'settled':
    case 'unknown':
      return undefined;
    default:
      return kind satisfies never;
  }
}

function laneOf(state: PostState, need: Need, reason: SendReason): Lane {
  if (reason === 'ended') return 'end';
  const isFirst = need === 'create' || need === 'find';
  if (isFirst) return state.view?.card.urgentKey === NOTHING_URGENT ? 'opening' : 'urgent';
  return isUrgent(state) ? 'urgent' : 'ordinary';
}

function readyAtOf(state: PostState, need: Need, rules: PlanRules, flushing: boolean): number {
  const heldAt = heldUntilAt(state);
  switch (need) {
    case 'create':
    case 'find':
      return Math.max(heldAt, state.dirtyAt);
    case 'read':
    case 'look':
      return Math.max(heldAt, 'checkAt' in state.trust ? state.trust.checkAt : 0);
    case 'edit': {
      const { lastPushAt, bornAt } = state;
      const dueAt = nextDueAt({ lastPushAt, bornAt, urgent: flushing || isUrgent(state), throttleMs: rules.throttleMs, pace: rules.pace });
      return Math.max(heldAt, state.dirtyAt, dueAt);
    }
    default:
      return need satisfies never;
  }
}

// An end that the server has not seen yet is tried, even when other content of this box was refused.
function heldUntilAt({ trouble, view, hash }: PostState): number {
  if (trouble.kind === 'none') return 0;
  const isAboutContent = trouble.kind !== 'failing' || trouble.reason === 'rejected';
  if (isAboutContent && view?.card.final === true && hash !== trouble.hash) return 0;
  return trouble.untilAt;
}

function isCheck(need: Need): boolean {
  return need === 'read' || need === 'look';
}
