// What the box of a plan shows: its waves and subtasks; those that are tasks by now are nested in it. Pure.

import { answerLines } from './answer-lines.ts';
import type { BoxView, ChildView, EndView, NoteView, StepView, WaitView } from './box-view.ts';
import { addressOf, keyOf, subtaskKey } from './mesh-identity.ts';
import { type Plan, planAt, type Subtask } from './plan-record.ts';
import { sizeNote } from './bucket-record-size.ts';
import type { Task, TaskStatus } from './task-record.ts';
import type { ViewContext } from './view-context.ts';

export interface PlanSurroundings {
  /** The state of the task that the plan is for. */
  readonly parentStatus?: TaskStatus | undefined;
  /** Its tasks, by the ids of the subtasks. */
  readonly taskBySubtask: ReadonlyMap<string, Pick<Task, 'status' | 'owner'>>;
}

const TITLE_CHARS = 60;

export function planView(plan: Plan, context: ViewContext, around: PlanSurroundings): BoxView {
  const { show, heardAt } = context;
  const at = planAt(plan) || heardAt;
  return {
    key: keyOf('plan', plan.id),
    agentId: show(plan.planner) ?? 'mesh',
    address: addressOf('plan', plan.id),
    title: `plan ${show(plan.title, TITLE_CHARS) ?? plan.id}`,
    startedAt: plan.createdAt ?? at,
    at,
    notes: notesOf(plan, context, around),
    meters: [],
    waits: [...approvalOf(plan, at), ...plan.subtasks.flatMap((subtask) => personOf(subtask, context, at))],
    calls: [],
    children: plan.subtasks
      .filter(({ isDispatched }) => isDispatched)
      .map((subtask) => childOf(plan, subtask, around.taskBySubtask.get(subtask.id)?.owner, context)),
    steps: plan.subtasks.map((subtask) => stepOf(subtask, context)),
    end: endOf(plan, context, around, at),
  };
}

/** `Design (node-e)`, as soon as somebody has taken it. */
function childOf(plan: Plan, { id, title }: Subtask, owner: string | undefined, { show, heardAt }: ViewContext): ChildView {
  const by = show(owner, 40);
  const label = `${show(title, TITLE_CHARS) ?? id}${by === undefined ? '' : ` (${by})`}`;
  return { key: subtaskKey(plan.id, id), label, at: plan.startedAt ?? (planAt(plan) || heardAt) };
}

function notesOf(plan: Plan, { show, bytes }: ViewContext, { taskBySubtask }: PlanSurroundings): NoteView[] {
  const said = (noteId: string, text: string | undefined, severity: NoteView['severity'] = 'info'): NoteView[] =>
    text === undefined ? [] : [{ noteId, text, severity }];
  return [
    ...said('task', plan.taskId && `for ${plan.taskId}`),
    ...said('state', plan.status === undefined ? `state ${show(plan.statusName, 40)}` : undefined),
    ...said('approved', plan.approvedBy && `approved by ${show(plan.approvedBy, 40)}`),
    ...said('wave', waveOf(plan.subtasks)),
    ...plan.subtasks.flatMap((subtask): NoteView[] => {
      const name = show(subtask.title, TITLE_CHARS);
      const why = show(subtask.summary);
      const isRecovered = subtask.status === 'completed' && taskBySubtask.get(subtask.id)?.status === 'failed';
      if (isRecovered) return said(`recovered-${subtask.id}`, `${name} recovered by its escalation`);
      if (subtask.status === 'blocked')
        return said(`blocked-${subtask.id}`, [`${name} blocked`, why].filter(Boolean).join(': '), 'warning');
      return subtask.status === 'failed' && subtask.isCritical
        ? said(`failed-${subtask.id}`, `${name} failed, and it is critical`, 'warning')
        : [];
    }),
    ...said('policy', hasFailed(plan) ? plan.failurePolicy && `policy: ${words(show(plan.failurePolicy, 60))}` : undefined),
    ...sizeNote(bytes),
  ];
}

function words(name: string | undefined): string {
  return (name ?? '').replaceAll('_', ' ');
}

function hasFailed({ subtasks }: Plan): boolean {
  return subtasks.some(({ status }) => status === 'failed' || status === 'blocked');
}

/** `wave 2 of 3`: the last one that has begun. */
function waveOf(subtasks: readonly Subtask[]): string | undefined {
  const begun = subtasks.filter(({ status }) => status !== 'pending' && status !== 'blocked').map(({ wave }) => wave);
  if (begun.length === 0) return undefined;
  return `wave ${Math.max(...begun) + 1} of ${Math.max(...subtasks.map(({ wave }) => wave)) + 1}`;
}

function stepOf(subtask: Subtask, { show }: ViewContext): StepView {
  const isOdd = subtask.status === 'failed' || subtask.status === 'blocked' || subtask.status === undefined;
  const marks = [subtask.isHuman ? 'a person' : undefined, isOdd ? show(subtask.statusName, 20) : undefined].filter(Boolean).join(', ');
  const step = `${show(subtask.title, TITLE_CHARS)}${marks === '' ? '' : ` (${marks})`}`;
  return { step, status: stepStatusOf(subtask) };
}

function stepStatusOf({ status }: Subtask): StepView['status'] {
  switch (status) {
    case 'completed':
      return 'completed';
    case 'queued':
    case 'running':
    case 'pending_review':
      return 'in_progress';
    case 'pending':
    case 'failed':
    case 'blocked':
    case undefined:
      return 'pending';
    default:
      return status satisfies never;
  }
}

function approvalOf({ id, status, needsApproval, approvedBy, createdAt }: Plan, at: number): WaitView[] {
  const isOpen = (status === 'draft' || status === 'review') && needsApproval && approvedBy === undefined;
  if (!isOpen) return [];
  const copy = answerLines({ subject: 'mesh.plans', verbs: ['approve', 'abort'], field: 'plan_id', id });
  return [{ waitId: 'plan', on: 'approval', text: 'the plan', who: 'an operator of the mesh', copy, at: createdAt ?? at }];
}

/** A subtask that a person does or judges, and that is no task of the mesh: nobody else tells of it. */
function personOf(subtask: Subtask, { show }: ViewContext, at: number): WaitView[] {
  const { id, status, isHuman, isDispatched, title } = subtask;
  const isOpen = status === 'queued' || status === 'running' || status === 'pending_review';
  if (isDispatched || !isOpen || !(isHuman || status === 'pending_review')) return [];
  return [{ waitId: `subtask-${id}`, on: 'review', text: show(title, TITLE_CHARS) ?? id, who: 'a person of the mesh', at }];
}

function endOf(plan: Plan, { show }: ViewContext, { parentStatus, taskBySubtask }: PlanSurroundings, at: number): EndView | undefined {
  const { status, completedAt = at } = plan;
  if (status === 'completed') return { outcome: 'done', at: completedAt };
  if (status === 'aborted') return { outcome: 'aborted', at: completedAt, reason: abortReason(plan, show(plan.failurePolicy, 60)) };
  const isAtWork = [...taskBySubtask.values()].some(
    ({ status: one }) => one === 'claimed' || one === 'running' || one === 'pending_review',
  );
  if (parentStatus !== 'cancelled' || isAtWork) return undefined;
  return { outcome: 'cancelled', at, reason: `${plan.taskId} was cancelled` };
}

function abortReason({ subtasks }: Plan, policy: string | undefined): string | undefined {
  const failed = subtasks.find(({ status }) => status === 'failed')?.id;
  if (failed === undefined) return undefined;
  return policy === undefined ? `${failed} failed` : `${failed} failed; ${words(policy)}`;
}
