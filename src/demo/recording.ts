// Reads the recordings of the demo: what people wrote, the transcripts and indexes of the sessions that answered, and what coding agents
// wrote into their files, on one time axis.

import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';

/** What somebody wrote in a channel. `atMs` counts from the beginning of the recording. */
export interface RecordedPost {
  readonly atMs: number;
  readonly by: string;
  readonly channel: string;
  readonly id: string;
  readonly rootId?: string | undefined;
  readonly message: string;
}

/** One line of a transcript and when it was written. */
export interface RecordedLine {
  readonly atMs: number;
  readonly entry: TranscriptEntry;
}

/** A session as the gateway left it: its row in the index and its transcript. */
export interface RecordedSession {
  readonly agentId: string;
  readonly key: string;
  readonly row: IndexRow;
  readonly lines: readonly RecordedLine[];
}

/** What a coding agent did to one of its files, which are named from its home on. */
export interface RecordedChange {
  readonly atMs: number;
  /** The clock of the machine that it was recorded on, in milliseconds since the epoch. */
  readonly recordedAt: number;
  /** `append` adds a line, `replace` writes all content anew. */
  readonly op: 'append' | 'replace' | 'remove';
  readonly file: string;
  readonly content?: Readonly<Record<string, unknown>> | undefined;
}

/** What a mesh said of its work. */
export interface RecordedMessage {
  readonly atMs: number;
  readonly recordedAt: number;
  /** As the dashboard calls it: `plan.created`. */
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Recording {
  readonly posts: readonly RecordedPost[];
  readonly sessions: readonly RecordedSession[];
  readonly changes: readonly RecordedChange[];
  readonly messages: readonly RecordedMessage[];
}

const postShape = z.object({
  at: z.iso.datetime(),
  by: z.string(),
  channel: z.string(),
  id: z.string(),
  rootId: z.string().optional(),
  message: z.string(),
});

const changeShape = z.object({
  at: z.iso.datetime(),
  op: z.enum(['append', 'replace', 'remove']),
  file: z.string(),
  content: z.record(z.string(), z.unknown()).optional(),
});

const messageShape = z.object({ at: z.iso.datetime(), event: z.string(), data: z.record(z.string(), z.unknown()) });

const rowShape = z.looseObject({
  sessionId: z.string(),
  spawnedBy: z.string().optional(),
  deliveryContext: z.looseObject({ to: z.string().optional(), threadId: z.string().optional() }),
});

const entryShape = z.looseObject({
  type: z.string(),
  timestamp: z.iso.datetime(),
  message: z
    .looseObject({
      role: z.enum(['user', 'assistant', 'toolResult']),
      timestamp: z.number(),
      stopReason: z.string().optional(),
      content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
    })
    .optional(),
});

export type IndexRow = z.infer<typeof rowShape>;
export type TranscriptEntry = z.infer<typeof entryShape>;

/** Reads the recording in `folder` (with a slash at its end), with the swarms only if they are asked for; throws if it is none. */
export function readRecording(folder: URL, hasSwarms = false): Recording {
  const posts = jsonLines(new URL('conversation.jsonl', folder)).map((line) => postShape.parse(line));
  const originAt = Math.min(...posts.map(({ at }) => Date.parse(at)));
  const [agents, codingAgents, swarms] = [new URL('agents/', folder), new URL('coding-agents/', folder), new URL('swarms/', folder)];
  return {
    posts: posts.map(({ at, ...post }) => ({ ...post, atMs: Date.parse(at) - originAt })),
    sessions: readdirSync(agents).flatMap((agentId) => readSessions(agentId, new URL(`${agentId}/sessions/`, agents), originAt)),
    changes: [
      ...readdirSync(codingAgents).flatMap((name) => readChanges(new URL(name, codingAgents), originAt)),
      ...(hasSwarms ? readChanges(new URL('network-ai.jsonl', swarms), originAt) : []),
    ],
    messages: hasSwarms ? readMessages(new URL('mesh.jsonl', swarms), originAt) : [],
  };
}

function readChanges(file: URL, originAt: number): RecordedChange[] {
  const changes = jsonLines(file).map((line) => changeShape.parse(line));
  return changes.map(({ at, ...change }) => ({ ...change, atMs: Date.parse(at) - originAt, recordedAt: Date.parse(at) }));
}

function readMessages(file: URL, originAt: number): RecordedMessage[] {
  const messages = jsonLines(file).map((line) => messageShape.parse(line));
  return messages.map(({ at, ...message }) => ({ ...message, atMs: Date.parse(at) - originAt, recordedAt: Date.parse(at) }));
}

function readSessions(agentId: string, folder: URL, originAt: number): RecordedSession[] {
  const rows = z.record(z.string(), rowShape).parse(JSON.parse(readFileSync(new URL('sessions.json', folder), 'utf8')));
  return Object.entries(rows).map(([key, row]) => {
    const entries = jsonLines(new URL(`${row.sessionId}.jsonl`, folder)).map((line) => entryShape.parse(line));
    return { agentId, key, row, lines: entries.map((entry) => ({ atMs: Date.parse(entry.timestamp) - originAt, entry })) };
  });
}

function jsonLines(file: URL): unknown[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line): unknown => JSON.parse(line));
}
