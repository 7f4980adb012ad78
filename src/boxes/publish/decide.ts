// What to send now and when to look again. Pure: the whole policy of pushing meets here, the loop only carries it out.

import { type Budget, type BudgetLimits, refill, take, tokenAt } from './budget.ts';
import { type Gate, openAt } from './gate.ts';
import type { Need } from './outcome.ts';
import type { Pace } from '../../core/pace.ts';
import { nextDueAt } from './pace.ts';
import { isDirty, isUrgent, type Slot } from './slot.ts';

export interface PublishState {
  slotsById: ReadonlyMap<string, Slot>;
  budget: Budget;
  gate: Gate;
  /** Shutdown: pace and budget do not count, and nothing is read that is not needed for a push. */
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
}

/** `wakeAt` is later than now; without it only a new view or an answer changes anything. */
export interface Decision {
  starts: Start[];
  wakeAt: number | undefined;
}

/** Ends go first, then what a person should see at once, then what has waited longest. */
type Rank = 0 | 1 | 2;

interface Candidate extends Start {
  rank: Rank;
  /** It was refused before: what was not comes first, or a few that are always refused would hold up all. */
  isRetry: boolean;
  readyAt: number;
}

const URGENCY = ['end', 'urgent', 'ordinary'] as const;
const MAX_IN_FLIGHT = 4; // The connections of the pool; more would only wait inside it.
const AGED_MS = 30_000; // Nothing waits longer than this behind a stream of urgent changes.

/** The requests to start at the instant `now` (monotonic), in order, and the next instant at which there may be more. */
export function decide(state: PublishState, rules: PublishRules, now: number): Decision {
  const candidates = candidatesOf(state, rules, now);
  if (candidates.length === 0) return { starts: [], wakeAt: undefined };
  if (openAt(state.gate) > now) return { starts: [], wakeAt: openAt(state.gate) };
  const ready = candidates.filter((candidate) => candidate.readyAt <= now).sort(inOrder);
  const wakeAt = earliest(candidates.filter((candidate) => candidate.readyAt > now).map((candidate) => candidate.readyAt));
  return choose(ready, wakeAt, state, rules, now);
}

function choose(ready: readonly Candidate[], laterAt: number | undefined, state: PublishState, rules: PublishRules, now: number): Decision {
  let budget = refill(state.budget, rules.limits, now);
  let free = freeRequests(state);
  const starts: Start[] = [];
  for (const { boxId, need, rank } of ready) {
    if (free === 0) return { starts, wakeAt: laterAt };
    const goesAt = state.flushing ? now : tokenAt(budget, rules.limits, URGENCY[rank]);
    if (goesAt > now) return { starts, wakeAt: earliest([goesAt, ...(laterAt === undefined ? [] : [laterAt])]) };
    starts.push({ boxId, need });
    budget = take(budget, rules.limits);
    free -= 1;
  }
  return { starts, wakeAt: laterAt };
}

// A server that has just failed is asked with one request; its answer lets the others go.
function freeRequests({ slotsById, gate }: PublishState): number {
  let inFlight = 0;
  for (const slot of slotsById.values()) if (slot.attempt !== undefined) inFlight += 1;
  return Math.max(0, (gate.probing ? 1 : MAX_IN_FLIGHT) - inFlight);
}

function candidatesOf({ slotsById, flushing }: PublishState, rules: PublishRules, now: number): Candidate[] {
  const candidates: Candidate[] = [];
  for (const slot of slotsById.values()) {
    const need = needOf(slot, now);
    if (need === undefined || (flushing && isLook(need))) continue;
    const readyAt = readyAtOf(slot, need, rules, flushing);
    const isRetry = slot.trouble.kind !== 'none' && now - readyAt <= AGED_MS;
    candidates.push({ boxId: slot.boxId, need, readyAt, isRetry, rank: rankOf(slot, need, now - readyAt) });
  }
  return candidates;
}

/** The request that one box needs next, whenever it may go; at most one is on its way. */
export function needOf(slot: Slot, now: number): Need | undefined {
  if (slot.attempt !== undefined) return undefined;
  switch (slot.post.kind) {
    case 'gone':
      return undefined;
    case 'none':
      return isDirty(slot) ? 'create' : undefined;
    case 'intent':
      if (!isDirty(slot)) return undefined;
      return slot.post.doubtful && now >= slot.post.safeUntilAt ? 'find' : 'create';
    case 'posted':
      if (isDirty(slot)) return 'edit';
      return slot.view === undefined ? undefined : lookNeededBy(slot.trust);
    default:
      return slot.post satisfies never;
  }
}

function lookNeededBy({ kind }: Slot['trust']): Need | undefined {
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

function readyAtOf(slot: Slot, need: Need, rules: PublishRules, flushing: boolean): number {
  const heldAt = heldUntilAt(slot);
  switch (need) {
    case 'create':
    case 'find':
      return Math.max(heldAt, slot.dirtyAt);
    case 'read':
    case 'look':
      return Math.max(heldAt, 'checkAt' in slot.trust ? slot.trust.checkAt : 0);
    case 'edit': {
      const urgent = flushing || isUrgent(slot);
      const dueAt = nextDueAt({ lastPushAt: slot.lastPushAt, bornAt: slot.bornAt, urgent, throttleMs: rules.throttleMs, pace: rules.pace });
      return Math.max(heldAt, slot.dirtyAt, dueAt);
    }
    default:
      return need satisfies never;
  }
}

// An end that the server has not seen yet is worth a try although something else of this box was refused.
function heldUntilAt({ trouble, view, hash }: Slot): number {
  if (trouble.kind === 'none') return 0;
  const isAboutContent = trouble.kind !== 'failing' || trouble.reason === 'rejected';
  if (isAboutContent && view?.card.final === true && hash !== trouble.hash) return 0;
  return trouble.untilAt;
}

function rankOf(slot: Slot, need: Need, waitedMs: number): Rank {
  // An end that was confirmed once and is only written again to be sure can wait for those that nobody has seen.
  if (!isLook(need) && slot.view?.card.final === true && slot.view.card.urgentKey !== slot.urgentKey) return 0;
  return isUrgent(slot) || waitedMs > AGED_MS ? 1 : 2;
}

function isLook(need: Need): boolean {
  return need === 'read' || need === 'look';
}

function inOrder(left: Candidate, right: Candidate): number {
  return left.rank - right.rank || Number(left.isRetry) - Number(right.isRetry) || left.readyAt - right.readyAt;
}

function earliest(instants: readonly number[]): number | undefined {
  return instants.length === 0 ? undefined : Math.min(...instants);
}
