// Decodes a collaboration of the mesh: the record in the bucket MESH_COLLAB, which every event about one carries, too. Texts that nodes
// write for each other are not taken over, but for why somebody blocks.

import { asList, asRecord, asText, type JsonRecord } from '../../core/json-guards.ts';
import { plainId } from '../coding-agents/plain-id.ts';
import { asAmount, asInstant, latest } from './field.ts';

const COLLAB_STATUSES = ['recruiting', 'active', 'converged', 'completed', 'aborted'] as const;

export interface Member {
  readonly nodeId: string;
  readonly role?: string | undefined;
  readonly status: string;
  readonly joinedAt?: number | undefined;
}

export interface Reflection {
  readonly nodeId: string;
  readonly vote: string;
  readonly confidence?: number | undefined;
  readonly summary?: string | undefined;
  readonly at?: number | undefined;
}

/** What the mode is at. */
export interface Stage {
  readonly phase?: string | undefined;
  readonly subround?: number | undefined;
  readonly mostSubrounds?: number | undefined;
  readonly step?: number | undefined;
  readonly pass?: number | undefined;
  readonly mostPasses?: number | undefined;
  readonly integrator?: string | undefined;
  readonly startedAt?: number | undefined;
  /** Results that could not be read, by node. */
  readonly failures: Readonly<Record<string, number>>;
  /** Nodes that a pass went on without, and why. */
  readonly degraded: readonly string[];
  readonly costUsd?: number | undefined;
}

export interface Collab {
  readonly id: string;
  readonly taskId?: string | undefined;
  readonly mode: string;
  readonly status: (typeof COLLAB_STATUSES)[number] | undefined;
  readonly statusName: string;
  readonly mostNodes?: number | undefined;
  readonly round: number;
  readonly mostRounds?: number | undefined;
  readonly members: readonly Member[];
  /** Of the newest round. */
  readonly reflections: readonly Reflection[];
  readonly stage: Stage;
  /** The last decision about a gate that the record tells of. */
  readonly gateDecision?: { readonly isApproved: boolean; readonly at?: number | undefined } | undefined;
  readonly summary?: string | undefined;
  readonly createdAt?: number | undefined;
  readonly completedAt?: number | undefined;
}

const MOST_MEMBERS = 30;
const MOST_LOGGED = 500;

/** `undefined` for what is no collaboration. */
export function decodeCollab(value: unknown): Collab | undefined {
  const record = asRecord(value);
  const id = plainId(record?.['session_id']);
  if (record === undefined || id === undefined) return undefined;
  const statusName = asText(record['status']) ?? 'none';
  return {
    id,
    taskId: plainId(record['task_id']),
    mode: asText(record['mode']) ?? 'unknown',
    status: COLLAB_STATUSES.find((status) => status === statusName),
    statusName,
    mostNodes: asAmount(record['max_nodes']),
    round: asAmount(record['current_round']) ?? 0,
    mostRounds: asAmount(record['max_rounds']),
    members: asList(record['nodes']).slice(0, MOST_MEMBERS).flatMap(memberOf),
    reflections: asList(asRecord(asList(record['rounds']).at(-1))?.['reflections'])
      .slice(-MOST_MEMBERS)
      .flatMap(reflectionOf),
    stage: stageOf(record),
    gateDecision: gateDecisionOf(asList(record['audit_log']).slice(-MOST_LOGGED)),
    summary: asText(asRecord(record['result'])?.['summary']),
    createdAt: asInstant(record['created_at']),
    completedAt: asInstant(record['completed_at']),
  };
}

function memberOf(value: unknown): Member[] {
  const record = asRecord(value);
  const nodeId = plainId(record?.['node_id']);
  if (record === undefined || nodeId === undefined) return [];
  return [{ nodeId, role: asText(record['role']), status: asText(record['status']) ?? '', joinedAt: asInstant(record['joined_at']) }];
}

function reflectionOf(value: unknown): Reflection[] {
  const record = asRecord(value);
  const nodeId = plainId(record?.['node_id']);
  if (record === undefined || nodeId === undefined) return [];
  return [
    {
      nodeId,
      vote: asText(record['vote']) ?? '',
      confidence: asAmount(record['confidence']),
      summary: asText(record['summary']),
      at: asInstant(record['submitted_at']),
    },
  ];
}

/** Each mode has an object of its own for it, and at most one of them is there. */
function stageOf(record: JsonRecord): Stage {
  const modes = ['circling', 'cooperative', 'collaborative', 'pipeline'].map((name) => asRecord(record[name]));
  const mode: JsonRecord = modes.find((one) => one !== undefined) ?? {};
  return {
    phase: asText(mode['phase']),
    subround: asAmount(mode['current_subround']),
    mostSubrounds: asAmount(mode['max_subrounds']),
    step: asAmount(mode['current_step']),
    pass: asAmount(mode['current_pass']),
    mostPasses: asAmount(mode['passes']),
    integrator: asText(mode['current_integrator']),
    startedAt: asInstant(mode['step_started_at']) ?? asInstant(mode['pass_started_at']),
    failures: failuresOf(asRecord(mode['artifact_failures'])),
    degraded: asList(mode['degraded']).slice(0, MOST_MEMBERS).flatMap(degradedOf),
    costUsd: asAmount(asRecord(mode['usage_total'])?.['cost_usd']),
  };
}

function failuresOf(failures: JsonRecord = {}): Record<string, number> {
  const countByNode = new Map<string, number>();
  for (const [name, count] of Object.entries(failures).slice(0, 100)) {
    const node = name.replace(/_(?:sr\d+_step\d+|step\d+|pass\d+|\d+)$/, '');
    countByNode.set(node, (countByNode.get(node) ?? 0) + (asAmount(count) ?? 0));
  }
  return Object.fromEntries(countByNode);
}

function degradedOf(value: unknown): string[] {
  const record = asRecord(value);
  const words = [asText(record?.['node_id']), asText(record?.['reason'])?.replaceAll('_', ' ')].filter((word) => word !== undefined);
  return words.length === 0 ? [] : [words.join(' ')];
}

function gateDecisionOf(log: readonly unknown[]): Collab['gateDecision'] {
  const last = log.findLast((item) => /^gate_(?:approved|rejected)$/.test(asText(asRecord(item)?.['event']) ?? ''));
  const record = asRecord(last);
  return record === undefined ? undefined : { isApproved: record['event'] === 'gate_approved', at: asInstant(record['ts']) };
}

/** When the newest of what the record says happened. */
export function collabAt({ createdAt, completedAt, members, reflections, stage }: Collab): number {
  const instants = [...members.map(({ joinedAt }) => joinedAt), ...reflections.map(({ at }) => at)];
  return latest(createdAt, completedAt, stage.startedAt, ...instants);
}

export function isCollabOver({ status }: Collab): boolean {
  return status === 'completed' || status === 'aborted';
}

/** When the last result of the newest round came. */
export function latestReflectionAt({ reflections }: Collab): number {
  return latest(...reflections.map(({ at }) => at));
}
