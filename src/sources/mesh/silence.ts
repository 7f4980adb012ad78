// How long a worker has been silent. The mesh's own figure is absurd for a task that never started, so it is computed from the record. Pure.

import type { NoteView } from './box-view.ts';
import type { Task } from './task-record.ts';
import { latest } from './field.ts';
import type { ViewContext } from './view-context.ts';

const MINUTE_MS = 60_000;
const SILENT_AFTER_MS = 2 * MINUTE_MS; // workers give a sign every fifteen seconds

/** The note `silent 2m` of a task that somebody works on. */
export function silenceNote(task: Task, { now, isHeard }: ViewContext, hasStalled: boolean): NoteView[] {
  const isAtWork = task.status === 'claimed' || task.status === 'running';
  const since = lastSignAt(task);
  if (!isAtWork || since === 0 || !(isHeard || hasStalled)) return [];
  const silentMs = now - since;
  if (silentMs < SILENT_AFTER_MS && !hasStalled) return [];
  const text = `silent ${minutes(silentMs)}${hasStalled ? ', the node does not answer' : ''}`;
  return [{ noteId: 'silent', text, severity: 'warning', at: since }];
}

/** Why a silent task was taken from its worker; `undefined` when it was something else. */
export function silentEnd({ result, completedAt = 0, ...task }: Task): string | undefined {
  if (result?.summary === undefined || !/^Stall detected\b/.test(result.summary)) return undefined;
  const silence = `silent ${minutes(completedAt - lastSignAt({ ...task, result, completedAt }))}, the node did not answer`;
  return task.startedAt === undefined ? `never started, ${silence}` : silence;
}

function lastSignAt({ lastActivityAt, startedAt, claimedAt }: Task): number {
  return latest(lastActivityAt, startedAt, claimedAt);
}

function minutes(ms: number): string {
  return `${Math.max(1, Math.round(ms / MINUTE_MS))}m`;
}
