// How the index and the locks of a real gateway changed (test/fixtures/openclaw-found), as steps of a situation: its rows and locks at their
// recorded times. The transcripts were not recorded with them; their lines are what that version writes for what a turn did.

import { readFileSync } from 'node:fs';
import type { Step } from './situation.ts';

const FOLDER = new URL('../../fixtures/openclaw-found/', import.meta.url);
const SESSIONS = 'agents/main/sessions/';
const CHANNEL = 'c4xq8tq7y3bkzpsn9mwjd1e5fo';

interface Row {
  id: string;
  status?: string;
  startedAt?: number;
  endedAt?: number;
  updatedAt: number;
  aborted?: boolean;
}

/** One turn whose lines the test writes; the thread is named by its first letters. */
export interface WrittenTurn {
  thread: string;
  /** What the turn does after its call began, which is a second after its run. */
  next: { at: number; lines: object[] }[];
}

export interface Log {
  startedAt: number;
  endedAt: number;
  steps: Step[];
  keyOf(thread: string): string;
}

/** The log with the lines of `turns`. Times in it are absolute, in milliseconds since the epoch. */
export function readLog(version: string, turns: readonly WrittenTurn[]): Log {
  const text = readFileSync(new URL(`${version}-index-and-locks.log`, FOLDER), 'utf8');
  const entries = text.split('\n').flatMap((line) => entryOf(line) ?? []);
  const startedAt = entries[0]?.at ?? 0;
  const endedAt = entries.at(-1)?.at ?? 0;
  const keys = new Set(entries.map(({ name }) => keyOfName(name)));
  const timed = [...changes(entries), ...turns.flatMap((turn) => linesOf(turn, entries))].toSorted((a, b) => a.at - b.at);
  const steps = timed.map((step) => ({ ...step, at: step.at - startedAt }));
  return { startedAt, endedAt, steps, keyOf: (thread) => [...keys].find((key) => key.includes(`:thread:${thread}`)) ?? '' };
}

interface Entry {
  at: number;
  name: string;
  rest: string;
}

function entryOf(line: string): Entry | undefined {
  const [, at, name = '', rest = ''] = /^(\d+) (\S+) ?(.*)$/.exec(line) ?? [];
  return at === undefined ? undefined : { at: Number(at), name, rest };
}

function keyOfName(name: string): string {
  return name.replace(/^t:channel:[^:]+/, `agent:main:mattermost:channel:${CHANNEL}`);
}

function changes(entries: readonly Entry[]): (Step & { at: number })[] {
  const rowsByKey: Record<string, object> = {};
  let held: string[] = [];
  return entries.flatMap(({ at, name, rest }) => {
    if (name === 'T0') return [];
    if (name !== 'LOCKS') {
      rowsByKey[keyOfName(name)] = rowOf(JSON.parse(rest) as Row);
      return [{ at, file: `${SESSIONS}sessions.json`, json: { ...rowsByKey } }];
    }
    const now = rest.split(' ').filter((lock) => lock.endsWith('.jsonl.lock'));
    const gone = held.filter((lock) => !now.includes(lock)).map((lock) => ({ at, file: SESSIONS + lock, remove: true as const }));
    const taken = now.filter((lock) => !held.includes(lock)).map((lock) => ({ at, file: SESSIONS + lock, json: lockTaken(at) }));
    held = now;
    return [...gone, ...taken];
  });
}

/** The owner lives: as far as a process of the same id is no gateway, a lock is believed by its age. */
function lockTaken(at: number): object {
  return { pid: process.pid, createdAt: new Date(at).toISOString() };
}

function rowOf({ id, aborted, ...row }: Row): object {
  return { ...row, sessionId: id, ...(aborted === undefined ? {} : { abortedLastRun: aborted }) };
}

function linesOf({ thread, next }: WrittenTurn, entries: readonly Entry[]): (Step & { at: number })[] {
  const running = entries.find(({ name, rest }) => name.includes(`:thread:${thread}`) && rest.includes('"running"'));
  const { id, startedAt = 0 } = JSON.parse(running?.rest ?? '{}') as Row;
  const file = `${SESSIONS}${id}-topic-${running?.name.split(':').at(-1)}.jsonl`;
  const call = { type: 'toolCall', id: 'call-1', name: 'exec', arguments: { command: 'sleep 60' } };
  const own = [
    {
      at: startedAt + 100,
      lines: [{ type: 'session', version: 3, id, timestamp: iso(startedAt) }, said('user', 'please', startedAt + 100)],
    },
    { at: startedAt + 1_000, lines: [said('assistant', [call], startedAt + 1_000, { stopReason: 'toolUse' })] },
  ];
  return [...own, ...next].map(({ at, lines }) => ({ at, file, lines }));
}

/** A line of the transcript. */
function said(role: string, content: unknown, at: number, more: object = {}): object {
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  return { type: 'message', id: `${role}-${at}`, timestamp: iso(at), message: { role, content: blocks, timestamp: at, ...more } };
}

/** What OpenClaw writes of a run that a person stopped in the middle of its call, as recorded with 2026.2.26. */
export function stopped(at: number): object[] {
  return [
    { type: 'custom', customType: 'openclaw:prompt-error', id: `e-${at}`, timestamp: iso(at), data: { error: 'aborted', timestamp: at } },
    said('toolResult', 'Command aborted by signal SIGTERM', at + 1, { toolCallId: 'call-1', toolName: 'exec', isError: true }),
    said('assistant', [], at + 2, { stopReason: 'aborted', errorMessage: 'Request was aborted.' }),
  ];
}

/** A call that went well, and the last word. */
export function answered(at: number): object[] {
  return [
    said('toolResult', 'ok', at, { toolCallId: 'call-1', toolName: 'exec', isError: false }),
    said('assistant', 'It is done.', at + 1, { stopReason: 'stop' }),
  ];
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
