// Decodes a plan of the mesh: the record in the bucket MESH_PLANS, which every event about a plan carries, too.

import { asList, asRecord, asText } from '../../core/json-guards.ts';
import { plainId } from '../coding-agents/plain-id.ts';
import { asAmount, asInstant, latest } from './field.ts';

const PLAN_STATUSES = ['draft', 'review', 'approved', 'executing', 'completed', 'aborted'] as const;
const SUBTASK_STATUSES = ['pending', 'queued', 'running', 'pending_review', 'completed', 'failed', 'blocked'] as const;

export interface Subtask {
  readonly id: string;
  readonly title: string;
  readonly status: (typeof SUBTASK_STATUSES)[number] | undefined;
  readonly statusName: string;
  /** A person does it. */
  readonly isHuman: boolean;
  readonly isCritical: boolean;
  readonly wave: number;
  /** It is a task of the mesh by now. */
  readonly isDispatched: boolean;
  readonly summary?: string | undefined;
}

export interface Plan {
  readonly id: string;
  readonly taskId?: string | undefined;
  readonly title?: string | undefined;
  readonly status: (typeof PLAN_STATUSES)[number] | undefined;
  readonly statusName: string;
  readonly planner?: string | undefined;
  readonly needsApproval: boolean;
  readonly approvedBy?: string | undefined;
  readonly failurePolicy?: string | undefined;
  readonly subtasks: readonly Subtask[];
  readonly createdAt?: number | undefined;
  readonly approvedAt?: number | undefined;
  readonly startedAt?: number | undefined;
  readonly completedAt?: number | undefined;
}

const MOST_SUBTASKS = 60;

/** `undefined` for what is no plan. */
export function decodePlan(value: unknown): Plan | undefined {
  const record = asRecord(value);
  const id = plainId(record?.['plan_id']);
  if (record === undefined || id === undefined) return undefined;
  const statusName = asText(record['status']) ?? 'none';
  return {
    id,
    taskId: plainId(record['parent_task_id']),
    title: asText(record['title']),
    status: PLAN_STATUSES.find((status) => status === statusName),
    statusName,
    planner: asText(record['planner']),
    needsApproval: record['requires_approval'] === true,
    approvedBy: asText(record['approved_by']),
    failurePolicy: asText(record['failure_policy']),
    subtasks: asList(record['subtasks']).slice(0, MOST_SUBTASKS).flatMap(subtaskOf),
    createdAt: asInstant(record['created_at']),
    approvedAt: asInstant(record['approved_at']),
    startedAt: asInstant(record['started_at']),
    completedAt: asInstant(record['completed_at']),
  };
}

function subtaskOf(value: unknown): Subtask[] {
  const record = asRecord(value);
  const id = plainId(record?.['subtask_id']);
  if (record === undefined || id === undefined) return [];
  const statusName = asText(record['status']) ?? 'none';
  return [
    {
      id,
      title: asText(record['title']) ?? id,
      status: SUBTASK_STATUSES.find((status) => status === statusName),
      statusName,
      isHuman: asRecord(record['delegation'])?.['mode'] === 'human',
      isCritical: record['critical'] === true,
      wave: Math.trunc(asAmount(record['wave']) ?? 0),
      isDispatched: asText(record['mesh_task_id']) !== undefined,
      summary: asText(asRecord(record['result'])?.['summary']),
    },
  ];
}

/** When the newest of what the record says happened. */
export function planAt({ createdAt, approvedAt, startedAt, completedAt }: Plan): number {
  return latest(createdAt, approvedAt, startedAt, completedAt);
}

export function isPlanOver({ status }: Plan): boolean {
  return status === 'completed' || status === 'aborted';
}
