// The recorded messages of a mesh, and what its buckets had at each of them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const MESH_FIXTURES = fileURLToPath(new URL('../../../fixtures/openclaw-node/', import.meta.url));

export interface RecordedMessage {
  readonly at: string;
  readonly subject: string;
  readonly data: Record<string, unknown>;
}

/** When the last message was recorded. */
export const RECORDED_UNTIL = Date.parse('2026-11-21T01:51:08Z');

const FILES = [
  'events-tasks',
  'events-plans',
  'events-collab-tier3-gate',
  'events-collab-tier1-blocked',
  'agent-notices',
  'collab-directed',
];

/** Everything that was published, in the order in which it came. */
export function recordedMessages(): RecordedMessage[] {
  return FILES.flatMap((name) => linesOf(`nats/mesh-${name}.jsonl`)).toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

export function linesOf(path: string): RecordedMessage[] {
  const lines = readFileSync(join(MESH_FIXTURES, path), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as RecordedMessage);
}

/** The write to a bucket that the coordinator makes before it publishes this. */
export function writeOf({ subject, data }: RecordedMessage): { bucket: string; key: string; value: unknown } | undefined {
  if (!subject.startsWith('mesh.events.')) return undefined;
  for (const [field, id, bucket] of [
    ['plan', 'plan_id', 'MESH_PLANS'],
    ['session', 'session_id', 'MESH_COLLAB'],
    ['task', 'task_id', 'MESH_TASKS'],
  ] as const) {
    const value = data[field] as Record<string, unknown> | undefined;
    if (value !== undefined) return { bucket, key: value[id] as string, value };
  }
  return undefined;
}
