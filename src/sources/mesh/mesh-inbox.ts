// Reads what arrives from the mesh, whichever way it came: messages by their subject, writes to buckets by their key. What a message is
// stands in its subject alone, since a task, a plan and a collaboration all say `"event":"completed"`.

import { asRecord, parseJson } from '../../core/json-guards.ts';
import type { UnknownKinds } from '../../core/unknown-kinds.ts';
import { plainId } from '../coding-agents/plain-id.ts';
import { asAmount, asInstant } from './field.ts';
import type { MeshBook } from './mesh-book.ts';
import type { RecordKind } from './mesh-identity.ts';
import type { MemoryWatch } from './memory-watch.ts';
import type { NodeWatch } from './node-watch.ts';

export interface InboxParts {
  readonly book: MeshBook;
  readonly nodes: NodeWatch;
  readonly memory: MemoryWatch;
  /** Subjects and types that nobody knows. */
  readonly unknown: UnknownKinds;
  /** What was bad: no JSON, no record, too large. */
  readonly problems: UnknownKinds;
}

const MOST_BYTES = 2_000_000; // twice what a server takes by default; to parse 10 MB would stop everything else
const EVENTS = 'mesh.events.';

/** Every type of event that is known, by what it is about. */
const TYPES: Readonly<Record<RecordKind, ReadonlySet<string>>> = {
  task: new Set([
    'submitted',
    'proposed',
    'approved',
    'claimed',
    'started',
    'heartbeat',
    'attempt',
    'pending_review',
    'rejected',
    'completed',
    'failed',
    'released',
    'requeued',
    'cancelled',
    'merged',
  ]),
  plan: new Set([
    'created',
    'approved',
    'wave_started',
    'subtask_completed',
    'subtask_failed',
    'subtask_escalated',
    'subtask_recovered',
    'completed',
    'aborted',
  ]),
  collab: new Set([
    'created',
    'joined',
    'node_removed',
    'round_started',
    'turn_started',
    'reflection_received',
    'circling_step_started',
    'circling_gate',
    'pipeline_pass_started',
    'converged',
    'degraded',
    'completed',
    'aborted',
  ]),
};

const RECORD_FIELD = { task: 'task', plan: 'plan', collab: 'session' } as const satisfies Record<RecordKind, string>;

export class MeshInbox {
  readonly #parts: InboxParts;

  constructor(parts: InboxParts) {
    this.#parts = parts;
  }

  /** A message of the bus. Never throws. */
  message(subject: string, body: Uint8Array | string): void {
    const value = this.#parse(body);
    if (value === undefined) return;
    if (subject.startsWith(EVENTS)) this.#event(subject.slice(EVENTS.length), value);
    else if (subject.startsWith('mesh.agent.')) this.#notice(subject.split('.'), value);
    else if (subject === 'mesh.health.alerts') this.#parts.nodes.alert(value);
    else if (subject.startsWith('local.')) this.#parts.memory.event(value);
    else this.#parts.unknown.add(subject);
  }

  /** A write to a bucket of records; no body when the record was deleted. Never throws. */
  written(kind: RecordKind, key: string, body: Uint8Array | string | undefined, toldAt?: number): void {
    const { book, problems } = this.#parts;
    const id = plainId(key);
    if (body === undefined) {
      if (id !== undefined) book.gone(kind, id);
      return;
    }
    const bytes = body.length;
    if (bytes > MOST_BYTES && id !== undefined) book.grew(kind, id, bytes);
    const value = this.#parse(body);
    if (value !== undefined && !book.take(kind, { value, bytes, toldAt }, 'bucket')) problems.add('no-record');
  }

  /** A task as the dashboard has read it from the bucket. */
  writtenTask(value: unknown): void {
    const record = asRecord(value);
    const id = plainId(record?.['key']);
    const task = asRecord(record?.['task']);
    if (task !== undefined) this.#parts.book.take('task', { value: task }, 'bucket');
    else if (id !== undefined) this.#parts.book.gone('task', id);
    else this.#parts.problems.add('no-record');
  }

  #event(name: string, value: unknown): void {
    const { kind, type } = aboutOf(name);
    const { book, unknown, problems } = this.#parts;
    if (!TYPES[kind].has(type)) unknown.add(`events.${name}`);
    const message = asRecord(value);
    const record = message?.[RECORD_FIELD[kind]];
    if (!book.take(kind, { value: record, toldAt: asInstant(message?.['timestamp']) }, 'event')) problems.add('no-record');
    else if (type === 'circling_gate') book.gateReached(record);
  }

  /** `mesh.agent.<node>.<what>`. Whether a node lives is only asked. */
  #notice(subject: readonly string[], value: unknown): void {
    const { book, unknown, problems } = this.#parts;
    const [what] = subject.slice(3);
    const record = asRecord(value);
    const taskId = plainId(record?.['task_id']);
    if (what === 'alive') return;
    if (what !== 'stall' && what !== 'budget_exceeded') unknown.add(`agent.${what ?? ''}`);
    else if (taskId === undefined) problems.add('no-record');
    else if (what === 'stall') book.stalled(taskId);
    else book.overBudget(taskId, `${asAmount(record?.['elapsed_minutes']) ?? '?'} of ${asAmount(record?.['budget_minutes']) ?? '?'} min`);
  }

  #parse(body: Uint8Array | string): unknown {
    if (body.length > MOST_BYTES) {
      this.#parts.problems.add('too-large');
      return undefined;
    }
    const value = parseJson(typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8'));
    if (asRecord(value) === undefined) this.#parts.problems.add(value === undefined ? 'not-json' : 'no-record');
    return asRecord(value);
  }
}

/** `plan.created` is about a plan, `completed` about a task. */
function aboutOf(name: string): { kind: RecordKind; type: string } {
  if (name.startsWith('plan.')) return { kind: 'plan', type: name.slice('plan.'.length) };
  if (name.startsWith('collab.')) return { kind: 'collab', type: name.slice('collab.'.length) };
  return { kind: 'task', type: name };
}
