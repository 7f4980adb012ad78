// What the files of one environment said last, and the tasks in it. Instants are by the writer's clock. Pure.

import { latestOf } from './file-amounts.ts';
import type { AuditLine, Grant } from './decode-audit.ts';
import type { Budget, Heartbeat, Tracking } from './decode-guard.ts';
import type { HookLine } from './decode-hooks.ts';
import type { ContextText, Entry, ProposedChange } from './decode-shared.ts';

/** A file that never was there leaves its part empty; one that vanished leaves it as it was. */
export interface Snapshot {
  budgets: ReadonlyMap<string, Budget>;
  tracking: ReadonlyMap<string, Tracking>;
  heartbeats: ReadonlyMap<string, Heartbeat>;
  grants: readonly Grant[];
  /** The newest lines, oldest first. */
  audit: readonly AuditLine[];
  hooks: readonly HookLine[];
  entries: readonly Entry[];
  changes: readonly ProposedChange[];
  context: readonly ContextText[];
}

export interface Task {
  id: string;
  budget: Budget | undefined;
  tracking: Tracking | undefined;
  createdAt: number | undefined;
  /** The newest instant that the files have for it. */
  changedAt: number | undefined;
}

export const EMPTY: Snapshot = {
  budgets: new Map(),
  tracking: new Map(),
  heartbeats: new Map(),
  grants: [],
  audit: [],
  hooks: [],
  entries: [],
  changes: [],
  context: [],
};

/** In the order in which they began; those without an instant come last. */
export function tasksIn({ budgets, tracking, heartbeats }: Snapshot): Task[] {
  const signByTask = newestSigns(heartbeats);
  const tasks = [...new Set([...budgets.keys(), ...tracking.keys()])].map((id): Task => {
    const [budget, tracked] = [budgets.get(id), tracking.get(id)];
    const createdAt = budget?.createdAt ?? tracked?.createdAt;
    return {
      id,
      budget,
      tracking: tracked,
      createdAt,
      changedAt: latestOf([createdAt, budget?.changedAt, tracked?.changedAt, signByTask.get(id)]),
    };
  });
  return tasks.toSorted((a, b) => (a.createdAt ?? Number.MAX_SAFE_INTEGER) - (b.createdAt ?? Number.MAX_SAFE_INTEGER));
}

function newestSigns(heartbeats: Snapshot['heartbeats']): Map<string, number> {
  const signByTask = new Map<string, number>();
  for (const { taskId, at } of heartbeats.values())
    if (taskId !== undefined && at !== undefined) signByTask.set(taskId, Math.max(at, signByTask.get(taskId) ?? 0));
  return signByTask;
}

/** The newest instant in the files: when their writer wrote last, by its own clock. */
export function newestInstant({ budgets, tracking, heartbeats, audit }: Snapshot): number | undefined {
  return latestOf([
    ...[...budgets.values()].map(({ changedAt }) => changedAt),
    ...[...tracking.values()].map(({ changedAt }) => changedAt),
    ...[...heartbeats.values()].map(({ at }) => at),
    audit.at(-1)?.at,
  ]);
}
