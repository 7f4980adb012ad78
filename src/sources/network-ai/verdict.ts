// The verdict of the system's supervisor, which it prints and stores nowhere: computed from its three files. Pure.

import type { Moment } from '../../core/moment.ts';
import type { Budget, Heartbeat, Tracking } from './decode-guard.ts';

/** In the order in which the system looks. */
export type Issue =
  | { kind: 'long_running'; seconds: number }
  | { kind: 'inefficient'; percent: number }
  | { kind: 'failed_results'; count: number }
  | { kind: 'unhealthy'; agents: readonly string[] }
  | { kind: 'budget_exceeded' | 'budget_warning'; percent: number };

export interface Verdict {
  verdict: 'APPROVED' | 'WARNING' | 'BLOCKED';
  issues: readonly Issue[];
}

/** The three files as far as they concern one task, with instants by our clock. */
export interface Reviewed {
  tracking: Tracking;
  budget: Budget | undefined;
  heartbeats: ReadonlyMap<string, Heartbeat>;
}

export const SILENT_AFTER_MS = 60_000; // an agent counts as failed after this
const LONG_MS = 300_000;
const LEAST_EFFICIENCY = 0.5;
const BUDGET_WARNING_PERCENT = 75;
const BLOCKING: ReadonlySet<Issue['kind']> = new Set(['failed_results', 'unhealthy', 'budget_exceeded']);

/** What the supervisor would say at that moment. `now` is that moment. */
export function verdictOf({ tracking, budget, heartbeats }: Reviewed, moment: Moment, now: number): Verdict {
  const issues = [
    ...longRunning(tracking, moment, now),
    ...inefficient(tracking),
    ...failedResults(tracking),
    ...unhealthy(tracking, heartbeats, moment),
    ...budgetIssue(budget),
  ];
  const isBlocked = issues.some(({ kind }) => BLOCKING.has(kind));
  return { verdict: issues.length === 0 ? 'APPROVED' : isBlocked ? 'BLOCKED' : 'WARNING', issues };
}

/** Whether the agent was silent for too long, or never gave a sign. */
export function isSilent(heartbeat: Heartbeat | undefined, moment: Moment): boolean {
  return heartbeat?.at === undefined || !moment.isBefore(heartbeat.at + SILENT_AFTER_MS + 1);
}

function longRunning({ createdAt, status }: Tracking, moment: Moment, now: number): Issue[] {
  if (status !== 'active' || createdAt === undefined || moment.isBefore(createdAt + LONG_MS + 1)) return [];
  return [{ kind: 'long_running', seconds: Math.floor((now - createdAt) / 1_000) }];
}

function inefficient({ handoffCount, artifacts }: Tracking): Issue[] {
  const share = handoffCount === 0 ? 1 : artifacts / handoffCount;
  return share < LEAST_EFFICIENCY ? [{ kind: 'inefficient', percent: Math.round(share * 100) }] : [];
}

function failedResults({ failedValidations }: Tracking): Issue[] {
  return failedValidations > 0 ? [{ kind: 'failed_results', count: failedValidations }] : [];
}

function unhealthy({ participants }: Tracking, heartbeats: ReadonlyMap<string, Heartbeat>, moment: Moment): Issue[] {
  const agents = [...participants].filter((agent) => isSilent(heartbeats.get(agent), moment)).toSorted();
  return agents.length > 0 ? [{ kind: 'unhealthy', agents }] : [];
}

function budgetIssue(budget: Budget | undefined): Issue[] {
  if (budget === undefined || budget.of === 0) return [];
  const percent = (budget.used / budget.of) * 100;
  if (percent >= 100) return [{ kind: 'budget_exceeded', percent: Math.round(percent) }];
  return percent >= BUDGET_WARNING_PERCENT ? [{ kind: 'budget_warning', percent: Math.round(percent) }] : [];
}
