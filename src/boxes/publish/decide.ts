// Decides which requests to send now, and when to decide again. Pure: the whole policy of pushing is here; the publisher carries it out.

import { type Budget, type BudgetLimits, refill, take, tokenAt } from './budget.ts';
import { type Gate, openAt } from './gate.ts';
import type { Need } from './outcome.ts';
import type { Pace } from '../../core/edit-pace.ts';
import { nextDueAt } from './push-due.ts';
import { isDirty, isUrgent, type PostState } from './post-state.ts';
import { sendReason, type SendReason } from './send-reason.ts';

export interface Situation {
  statesById: ReadonlyMap<string, PostState>;
  budget: Budget;
  gate: Gate;
  /** Shutdown: pace and budget do not count. Nothing is read that no push needs. */
  flushing: boolean;
}

export interface PublishRules {
  throttleMs: number;
  pace: Pace;
  limits: BudgetLimits;
}

export interface Start {
  boxId: string;
  need: Need;
  reason: SendReason;
}

/** `wakeAt` is later than now. Without it, only a new view or a server response changes anything. */
export interface Decision {
  starts: Start[];
  wakeAt: number | undefined;
}

/** Ends go first, then changes that a person should see at once, then the change that has waited longest. */
type Rank = 0 | 1 | 2;

interface Candidate extends Start {
  rank: Rank;
  /** It was refused before. Others come first, or a few that are always refused would hold up all. */
  isRetry: boolean;
  readyAt: number;
}

const URGENCY = ['end', 'urgent', 'ordinary'] as const;
const MAX_IN_FLIGHT = 4; // The connections of the pool; more would only wait inside it.
const AGED_MS = 30_000; // Nothing waits longer than this behind a stream of urgent changes.

/** The requests to start at the instant `now` (monotonic), in order, and the next instant at which there may be more. */
export function decide(situation: Situation, rules: PublishRules, now: number): Decision {
  const candidates = candidatesOf(situation, rules, now);
  if (candidates.length === 0) return { starts: [], wakeAt: undefined };
  if (openAt(situation.gate) > now) return { starts: [], wakeAt: openAt(situation.gate) };
  const ready = candidates.filter((candidate) => candidate.readyAt <= now).sort(byPriority);
  const wakeAt = earliest(candidates.filter((candidate) => candidate.readyAt > now).map((candidate) => candidate.readyAt));
  return chooseStarts(ready, wakeAt, situation, rules, now);
}

function chooseStarts(
  ready: readonly Candidate[],
  laterAt: number | undefined,
  situation: Situation,
  rules: PublishRules,
  now: number,
): Decision {
  let budget = refill(situation.budget, rules.limits, now);
  let free = freeRequests(situation);
  const starts: Start[] = [];
  for (const { boxId, need, reason, rank } of ready) {
    if (free === 0) return { starts, wakeAt: laterAt };
    const goesAt = situation.flushing ? now : tokenAt(budget, rules.limits, URGENCY[rank]);
    if (goesAt > now) return { starts, wakeAt: earliest([goesAt, ...(laterAt === undefined ? [] : [laterAt])]) };
    starts.push({ boxId, need, reason });
    budget = take(budget, rules.limits);
    free -= 1;
  }
  return { starts, wakeAt: laterAt };
}

// A server that has just failed gets one request. Its answer lets the others go.
function freeRequests({ statesById, gate }: Situation): number {
  let inFlight = 0;
  for (const state of statesById.values()) if (state.attempt !== undefined) inFlight += 1;
  return Math.max(0, (gate.probing ? 1 : MAX_IN_FLIGHT) - inFlight);
}

function candidatesOf({ statesById, flushing }: Situation, rules: PublishRules, now: number): Candidate[] {
  const candidates: Candidate[] = [];
  for (const state of statesById.values()) {
    const need = needOf(state, now);
    if (need === undefined || (flushing && isCheck(need))) continue;
    const readyAt = readyAtOf(state, need, rules, flushing);
    const isRetry = state.trouble.kind !== 'none' && now - readyAt <= AGED_MS;
    const reason = sendReason(state, need);
    candidates.push({ boxId: state.boxId, need, reason, readyAt, isRetry, rank: rankOf(state, reason, now - readyAt) });
  }
  return candidates;
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

function readyAtOf(state: PostState, need: Need, rules: PublishRules, flushing: boolean): number {
  const heldAt = heldUntilAt(state);
  switch (need) {
    case 'create':
    case 'find':
      return Math.max(heldAt, state.dirtyAt);
    case 'read':
    case 'look':
      return Math.max(heldAt, 'checkAt' in state.trust ? state.trust.checkAt : 0);
    case 'edit': {
      const urgent = flushing || isUrgent(state);
      const dueAt = nextDueAt({
        lastPushAt: state.lastPushAt,
        bornAt: state.bornAt,
        urgent,
        throttleMs: rules.throttleMs,
        pace: rules.pace,
      });
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

function rankOf(state: PostState, reason: SendReason, waitedMs: number): Rank {
  if (reason === 'ended') return 0;
  return isUrgent(state) || waitedMs > AGED_MS ? 1 : 2;
}

function isCheck(need: Need): boolean {
  return need === 'read' || need === 'look';
}

function byPriority(left: Candidate, right: Candidate): number {
  return left.rank - right.rank || Number(left.isRetry) - Number(right.isRetry) || left.readyAt - right.readyAt;
}

function earliest(instants: readonly number[]): number | undefined {
  return instants.length === 0 ? undefined : Math.min(...instants);
}
