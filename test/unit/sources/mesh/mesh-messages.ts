// Messages of a mesh that a test makes up, and those of the recording.

import type { EventOf, SessionEvent } from '../../../../src/core/event.ts';
import { HeardMesh } from './heard-mesh.ts';
import { recordedMessages, type RecordedMessage } from './recorded-mesh.ts';

export const NOW = Date.parse('2026-11-21T01:46:30Z');
export const MINUTE_MS = 60_000;
export const iso = (at: number): string => new Date(at).toISOString();

export type Fields = Record<string, unknown>;

export const taskRecord = (fields: Fields = {}): Fields => ({
  task_id: 'T-1',
  title: 'Widen the window',
  status: 'running',
  owner: 'node-a',
  budget_minutes: 30,
  created_at: iso(NOW),
  claimed_at: iso(NOW),
  started_at: iso(NOW),
  attempts: [],
  ...fields,
});

export const taskEvent = (type: string, fields: Fields = {}, at = NOW): RecordedMessage => ({
  at: iso(at),
  subject: `mesh.events.${type}`,
  data: { event: type, task_id: 'T-1', task: taskRecord(fields), timestamp: iso(at) },
});

export function heard(...messages: RecordedMessage[]): HeardMesh {
  const mesh = new HeardMesh(NOW);
  for (const message of messages) mesh.hear(message);
  return mesh;
}

export const TASK = 'mesh:main:task:T-1';
export const ofType = <T extends SessionEvent['type']>(mesh: HeardMesh, type: T) =>
  mesh.events.filter((event): event is EventOf<T> => event.type === type);
export const recordedOf = (type: string, id: string): RecordedMessage[] =>
  recordedMessages().filter(({ subject, data }) => subject.endsWith(type) && Object.values(data).includes(id));
