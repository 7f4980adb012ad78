// What the box of a task shows. Pure.

import type { Usage } from '../../core/event.ts';
import { answerLines } from './answer-lines.ts';
import { approachOf, attemptFlags } from './attempt-flags.ts';
import type { BoxView, CallView, EndView, MeterView, NoteView, WaitView } from './box-view.ts';
import { addressOf, keyOf, subtaskKey } from './mesh-identity.ts';
import { sizeNote } from './bucket-record-size.ts';
import { silenceNote, silentEnd } from './silence.ts';
import { type Attempt, isTaskOver, type Task, taskAt } from './task-record.ts';
import type { ViewContext } from './view-context.ts';

const MINUTE_MS = 60_000;
const FINE_BELOW_MINUTES = 10; // of a small budget tenths of a minute matter
const TEXT_CHARS = 2_000;

/** What the record of a task does not say itself. */
export interface TaskSurroundings {
  /** The mesh said that its worker does not answer. */
  readonly hasStalled: boolean;
  /** The mesh said that its time is over, such as `1.4 of 1 min`. */
  readonly overBudget?: string | undefined;
  /** The task that took over after it had failed. */
  readonly escalatedTo?: string | undefined;
  /** Every task of its role that ended was escalated. */
  readonly isAlwaysEscalated: boolean;
  /** Who works on it on this machine, such as `claude sonnet`. */
  readonly worker?: string | undefined;
  /** The plan that it belongs to has ended. */
  readonly planIsOver: boolean;
}

/** The key of a task: below its plan, where it has one. */
export function taskKey({ id, planId, subtaskId }: Pick<Task, 'id' | 'planId' | 'subtaskId'>): string {
  return planId === undefined ? keyOf('task', id) : subtaskKey(planId, subtaskId ?? id);
}

export function taskView(task: Task, context: ViewContext, around: TaskSurroundings): BoxView {
  const { show, heardAt } = context;
  const at = taskAt(task) || heardAt;
  const meters = timeMeter(task, context);
  return {
    key: taskKey(task),
    agentId: show(task.owner) ?? 'mesh',
    address: addressOf('task', task.id),
    title: titleOf(task, context, meters),
    label: show(task.title),
    model: show(task.model),
    parentKey: task.planId === undefined ? undefined : keyOf('plan', task.planId),
    startedAt: task.createdAt ?? at,
    at,
    notes: notesOf(task, context, around),
    meters,
    waits: waitsOf(task, at),
    calls: task.attempts.map((attempt, index) => callOf(task, attempt, index, context)),
    children: [],
    steps: [],
    end: endOf(task, context, at) ?? endWithPlan(task, around, at),
  };
}

/** `T-001 node-a · 3 of 30 min (solidity-dev)`; a slash is not shown in a name. */
function titleOf({ id, owner, role }: Task, { show }: ViewContext, meters: readonly MeterView[]): string {
  const [time] = meters.map(({ used, of, unit }) => `· ${used} of ${of} ${unit}`);
  const parts = [id, show(owner, 40), time, role === undefined ? undefined : `(${show(role, 40)})`];
  return parts.filter((part) => part !== undefined).join(' ');
}

function notesOf(task: Task, context: ViewContext, around: TaskSurroundings): NoteView[] {
  const { show, bytes } = context;
  const said = (noteId: string, text: string | undefined, severity: NoteView['severity'] = 'info'): NoteView[] =>
    text === undefined ? [] : [{ noteId, text, severity }];
  const refused = task.status === 'rejected' ? undefined : show(task.rejectionReason);
  return [
    ...(task.planId === undefined ? said('title', show(task.title)) : []),
    ...said('escalated-from', task.escalatedFrom && `escalated from ${show(task.escalatedFrom)}`),
    ...said('escalated-to', around.escalatedTo && `escalated to ${show(around.escalatedTo)}`, 'warning'),
    ...said('always-escalated', around.isAlwaysEscalated ? 'every task of this role was escalated' : undefined, 'warning'),
    ...said('stage', stageOf(task, context)),
    ...said('review-refused', refused && `review refused: ${refused}`, 'warning'),
    ...said('reviewed-by', task.status === 'completed' && task.reviewedBy ? `reviewed by ${show(task.reviewedBy, 40)}` : undefined),
    ...said('worker', isTaskOver(task) ? undefined : around.worker && `${around.worker} works on it here`),
    ...said('over-budget', isTaskOver(task) ? undefined : around.overBudget && `over its budget, ${around.overBudget}`, 'warning'),
    ...attemptFlags(task.attempts),
    ...silenceNote(task, context, around.hasStalled),
    ...sizeNote(bytes),
  ];
}

/** Where an open task stands before somebody works on it. */
function stageOf({ status, statusName }: Task, { show }: ViewContext): string | undefined {
  switch (status) {
    case 'proposed':
      return 'proposed, not yet accepted';
    case 'queued':
      return 'queued';
    case 'claimed':
      return 'claimed, not started';
    case undefined:
      return `state ${show(statusName, 40)}`;
    case 'running':
    case 'pending_review':
    case 'completed':
    case 'failed':
    case 'released':
    case 'cancelled':
    case 'rejected':
      return undefined;
    default:
      return status satisfies never;
  }
}

/** The time that work has taken of its budget. A review takes none. */
function timeMeter(task: Task, { now }: ViewContext): MeterView[] {
  const { budgetMinutes, status } = task;
  const from = task.claimedAt ?? task.startedAt;
  if (budgetMinutes === undefined || budgetMinutes <= 0 || from === undefined || status === 'queued' || status === 'proposed') return [];
  const to = task.reviewRequestedAt ?? task.completedAt ?? now;
  const minutes = Math.max(0, to - from) / MINUTE_MS;
  const used = budgetMinutes < FINE_BELOW_MINUTES ? Math.floor(minutes * 10) / 10 : Math.floor(minutes);
  return [{ name: 'Time', used, of: budgetMinutes, unit: 'min' }];
}

function waitsOf({ id, status, reviewRequestedAt }: Task, at: number): WaitView[] {
  if (status !== 'pending_review') return [];
  return [
    {
      waitId: 'review',
      on: 'review',
      text: 'what was done',
      who: 'a reviewer of the mesh',
      copy: answerLines({ subject: 'mesh.tasks', verbs: ['approve', 'reject'], field: 'task_id', id }),
      at: reviewRequestedAt ?? at,
    },
  ];
}

function callOf(task: Task, attempt: Attempt, index: number, { show, heardAt }: ViewContext): CallView {
  const result = show(attempt.result);
  const approach = [show(approachOf(attempt)), result].filter((text) => text !== undefined).join(' · ');
  const at = attempt.at ?? task.claimedAt ?? task.createdAt ?? heardAt;
  return {
    callId: `attempt-${index + 1}`,
    tool: 'attempt',
    args: { approach },
    at,
    outcome: attempt.isKept ? { kind: 'ok' } : { kind: 'failed', ...(result === undefined ? {} : { detail: result }) },
  };
}

function endOf(task: Task, { show, visibility }: ViewContext, at: number): EndView | undefined {
  const { status, completedAt = at, result } = task;
  const summary = show(result?.summary);
  const reason = summary === status ? undefined : summary;
  switch (status) {
    case 'completed':
      return {
        outcome: 'done',
        at: completedAt,
        usage: usageOf(task),
        text: visibility.texts ? show(result?.summary, TEXT_CHARS) : undefined,
      };
    case 'failed':
      return isOverBudget(task)
        ? { outcome: 'timed_out', at: completedAt, reason: 'budget' }
        : { outcome: 'failed', at: completedAt, reason };
    case 'released':
      return { outcome: 'released', at: completedAt, reason: silentEnd(task) ?? reason };
    case 'cancelled':
    case 'rejected':
      return { outcome: status, at: completedAt, reason };
    case 'proposed':
    case 'queued':
    case 'claimed':
    case 'running':
    case 'pending_review':
    case undefined:
      return undefined;
    default:
      return status satisfies never;
  }
}

/** Nobody takes a task any more whose plan has ended. */
function endWithPlan({ status }: Task, { planIsOver }: TaskSurroundings, at: number): EndView | undefined {
  const isUntouched = status === 'queued' || status === 'proposed';
  return planIsOver && isUntouched ? { outcome: 'cancelled', at, reason: 'its plan has ended' } : undefined;
}

function isOverBudget({ result }: Task): boolean {
  return /^Budget exceeded\b/.test(result?.summary ?? '');
}

function usageOf({ result }: Task): Usage | undefined {
  if (result?.cost === undefined) return undefined;
  const { input, output, usd } = result.cost;
  return { input, output, cacheRead: 0, cacheWrite: 0, costUsd: usd };
}
