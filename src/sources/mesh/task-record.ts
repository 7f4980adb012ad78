// Decodes a task of the mesh: the record in the bucket MESH_TASKS, which every event about a task carries, too.

import { asList, asRecord, asText, type JsonRecord } from '../../core/json-guards.ts';
import { plainId } from '../coding-agents/plain-id.ts';
import { asAmount, asInstant, asTexts, latest } from './field.ts';

const TASK_STATUSES = [
  'proposed',
  'queued',
  'claimed',
  'running',
  'pending_review',
  'completed',
  'failed',
  'released',
  'cancelled',
  'rejected',
] as const;

export type TaskStatus = (typeof TASK_STATUSES)[number];

export interface Attempt {
  readonly approach: string;
  readonly result?: string | undefined;
  readonly isKept: boolean;
  readonly at?: number | undefined;
}

/** A finding of the mesh's own checks on the work. */
export interface Violation {
  readonly rule: string;
  readonly message: string;
  readonly files: readonly string[];
  readonly isWarning: boolean;
}

export interface TaskResult {
  readonly summary?: string | undefined;
  readonly violations: readonly Violation[];
  readonly cost?: { readonly input: number; readonly output: number; readonly usd: number } | undefined;
}

export interface Task {
  readonly id: string;
  readonly title?: string | undefined;
  /** `undefined` for a status that nobody knows. */
  readonly status: TaskStatus | undefined;
  readonly statusName: string;
  readonly owner?: string | undefined;
  readonly role?: string | undefined;
  readonly model?: string | undefined;
  readonly budgetMinutes?: number | undefined;
  readonly createdAt?: number | undefined;
  readonly claimedAt?: number | undefined;
  readonly startedAt?: number | undefined;
  readonly completedAt?: number | undefined;
  readonly deadlineAt?: number | undefined;
  readonly lastActivityAt?: number | undefined;
  readonly reviewRequestedAt?: number | undefined;
  readonly rejectionReason?: string | undefined;
  readonly reviewedBy?: string | undefined;
  readonly planId?: string | undefined;
  readonly subtaskId?: string | undefined;
  readonly escalatedFrom?: string | undefined;
  readonly attempts: readonly Attempt[];
  readonly result?: TaskResult | undefined;
}

const MOST_ATTEMPTS = 40; // a box shows fifteen lines
const MOST_VIOLATIONS = 20;
const ESCALATED = /^escalated_from:(.+)$/;

/** `undefined` for what is no task. */
export function decodeTask(value: unknown): Task | undefined {
  const record = asRecord(value);
  const id = plainId(record?.['task_id']);
  if (record === undefined || id === undefined) return undefined;
  const statusName = asText(record['status']) ?? 'none';
  return {
    id,
    statusName,
    status: TASK_STATUSES.find((status) => status === statusName),
    ...wordsOf(record),
    ...instantsOf(record),
    budgetMinutes: asAmount(record['budget_minutes']),
    attempts: asList(record['attempts']).slice(-MOST_ATTEMPTS).flatMap(attemptOf),
    result: resultOf(record['result']),
  };
}

function wordsOf(record: JsonRecord): Omit<Task, 'id' | 'status' | 'statusName' | 'attempts'> {
  const escalated = asTexts(record['tags'], 50).flatMap((tag) => ESCALATED.exec(tag)?.[1] ?? [])[0];
  return {
    title: asText(record['title']),
    owner: asText(record['owner']),
    role: asText(record['role']),
    model: asText(record['llm_model']),
    rejectionReason: asText(record['rejection_reason']),
    reviewedBy: asText(record['reviewed_by']),
    planId: plainId(record['plan_id']),
    subtaskId: plainId(record['subtask_id']),
    escalatedFrom: escalated,
  };
}

function instantsOf(record: JsonRecord): Partial<Task> {
  return {
    createdAt: asInstant(record['created_at']),
    claimedAt: asInstant(record['claimed_at']),
    startedAt: asInstant(record['started_at']),
    completedAt: asInstant(record['completed_at']),
    deadlineAt: asInstant(record['budget_deadline']),
    lastActivityAt: asInstant(record['last_activity']),
    reviewRequestedAt: asInstant(record['review_requested_at']),
  };
}

function attemptOf(value: unknown): Attempt[] {
  const record = asRecord(value);
  const approach = asText(record?.['approach']);
  if (record === undefined || approach === undefined) return [];
  return [{ approach, result: asText(record['result']), isKept: record['keep'] === true, at: asInstant(record['timestamp']) }];
}

function resultOf(value: unknown): TaskResult | undefined {
  const record = asRecord(value);
  if (record === undefined) return undefined;
  const harness = asRecord(record['harness']);
  const found = (name: string, isWarning: boolean): Violation[] =>
    asList(harness?.[name])
      .slice(0, MOST_VIOLATIONS)
      .flatMap((item) => violationOf(item, isWarning));
  return {
    summary: asText(record['summary']),
    violations: [...found('violations', false), ...found('warnings', true), ...missingOutputs(asRecord(record['role_validation']))],
    cost: costOf(asRecord(record['cost'])),
  };
}

function violationOf(value: unknown, isWarning: boolean): Violation[] {
  const record = asRecord(value);
  const rule = asText(record?.['rule']);
  if (record === undefined || rule === undefined) return [];
  const files = [...asTexts(record['files'], 10), ...asTexts([record['file']], 1)];
  return [{ rule, message: asText(record['message']) ?? '', files, isWarning }];
}

/** What the role of the task asks for and its result does not have. */
function missingOutputs(validation: JsonRecord | undefined): Violation[] {
  if (validation?.['passed'] !== false) return [];
  const issues = asList(validation['issues'] ?? validation['failures']).slice(0, MOST_VIOLATIONS);
  return issues.map((issue) => {
    const record = asRecord(issue);
    const message = asText(issue) ?? asText(record?.['description']) ?? asText(record?.['detail']) ?? '';
    return { rule: 'required-output', message, files: [], isWarning: false };
  });
}

function costOf(cost: JsonRecord | undefined): TaskResult['cost'] {
  if (cost === undefined) return undefined;
  const amount = (name: string): number => asAmount(cost[name]) ?? 0;
  return { input: amount('inputTokens'), output: amount('outputTokens'), usd: amount('estimatedCostUsd') };
}

/** When the newest of what the record says happened. */
export function taskAt({ attempts, ...task }: Task): number {
  const { createdAt, claimedAt, startedAt, completedAt, lastActivityAt, reviewRequestedAt } = task;
  return latest(createdAt, claimedAt, startedAt, completedAt, lastActivityAt, reviewRequestedAt, ...attempts.map(({ at }) => at));
}

/** Nothing more happens to it. */
export function isTaskOver({ status }: Task): boolean {
  switch (status) {
    case 'completed':
    case 'failed':
    case 'released':
    case 'cancelled':
    case 'rejected':
      return true;
    case 'proposed':
    case 'queued':
    case 'claimed':
    case 'running':
    case 'pending_review':
    case undefined:
      return false;
    default:
      return status satisfies never;
  }
}
