// Decides which request to send now, or when to decide again. Knows nothing of a single post: plan.ts says what each waits for.

import { type Budget, type BudgetLimits, type Claim, tokenAt } from './budget.ts';
import { type Gate, openAt } from './gate.ts';
import type { Plan } from './plan.ts';
import { earliest, type Schedule } from './schedule.ts';

export interface Situation {
  schedule: Schedule;
  inFlight: number;
  /** As it stands at this instant. */
  budget: Budget;
  limits: BudgetLimits;
  gate: Gate;
  /** Shutdown: the budget does not count. */
  flushing: boolean;
}

/** `wakeAt` is later than now. Without it, only a new view or a server response changes anything. */
export type Decision = { kind: 'send'; plan: Plan; claim: Claim } | { kind: 'wait'; wakeAt: number | undefined };

const MAX_IN_FLIGHT = 4; // The connections of the pool; more would only wait inside it.

/** The request to start at the instant `now` (monotonic), or the next instant at which there may be one. */
export function decide(situation: Situation, now: number): Decision {
  const { schedule, gate, flushing } = situation;
  if (schedule.isEmpty()) return { kind: 'wait', wakeAt: undefined };
  if (openAt(gate) > now) return { kind: 'wait', wakeAt: openAt(gate) };
  const candidates = candidatesOf(schedule, now);
  if (isBusy(situation)) return { kind: 'wait', wakeAt: schedule.nextAt() };
  let tokensAt: number | undefined;
  for (const { plan, claim } of candidates) {
    const goesAt = flushing ? now : tokenAt(situation.budget, situation.limits, claim);
    if (goesAt <= now) return { kind: 'send', plan, claim };
    tokensAt = earliest(tokensAt, goesAt);
  }
  return { kind: 'wait', wakeAt: earliest(tokensAt, schedule.nextAt()) };
}

// A server that has just failed gets one request. Its answer lets the others go.
function isBusy({ inFlight, gate }: Situation): boolean {
  return inFlight >= (gate.probing ? 1 : MAX_IN_FLIGHT);
}

interface Candidate {
  plan: Plan;
  claim: Claim;
}

/** The first of each lane, in the order in which they may go. */
function candidatesOf(schedule: Schedule, now: number): Candidate[] {
  const end = schedule.first('end', now);
  const urgent = schedule.first('urgent', now);
  const opening = schedule.first('opening', now);
  const ordinary = schedule.first('ordinary', now);
  return [
    ...candidate(end, 'end'),
    ...candidate(urgent, 'urgent'),
    ...candidate(opening, 'opening'),
    ...candidate(longerWaiting(ordinary, urgent) ?? opening, 'ordinary'),
  ];
}

function candidate(plan: Plan | undefined, claim: Claim): Candidate[] {
  return plan === undefined ? [] : [{ plan, claim }];
}

/** What exceeds its share waits its turn like any other change, first posts behind all of them. */
function longerWaiting(one: Plan | undefined, other: Plan | undefined): Plan | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return other.since < one.since ? other : one;
}
