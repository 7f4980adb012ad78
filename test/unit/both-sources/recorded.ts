// What was recorded of one scenario: the frames of the gateway, and the lines that were written to transcripts meanwhile.

import { readdirSync, readFileSync } from 'node:fs';
import { decodeIndexEntry, type IndexEntry } from '../../../src/sources/openclaw/decoding/index-entry.ts';
import type { JsonRecord } from '../../../src/core/json-guards.ts';
import { SessionIndex } from '../../../src/sources/openclaw/transcripts/session-index.ts';

const FIXTURES = new URL('../../fixtures/', import.meta.url);
const AROUND_MS = 2_000; // a line may be dated before the connection, or be the last thing that happens

export interface Frame {
  at: number;
  event: string;
  payload: JsonRecord;
}

export interface WrittenLine {
  at: number;
  sessionKey: string;
  sessionId: string;
  text: string;
}

export interface Scenario {
  frames: Frame[];
  /** How the connection ended in the middle of everything: the gateway was killed, or told to stop. */
  close?: { at: number; wasKilled: boolean };
  lines: WrittenLine[];
  entryOf(key: string): IndexEntry | undefined;
  keyOfSession(sessionId: string): string | undefined;
}

/** Transcripts that were reset or deleted while the recorder watched are in no index any more. */
const RETIRED: readonly [sessionId: string, sessionKey: string][] = [
  ['0ef8b0e6', 'agent:main:life'],
  ['2be836b6', 'agent:main:life'],
  ['8a72db25', 'agent:main:life'],
  ['ab1d877c', 'agent:main:life'],
  ['5b448668', 'agent:main:idle'],
  ['e0309353', 'agent:main:subagent:a05257fc-f225-46ce-a4fb-360c4004250f'],
  ['796bb526', 'agent:main:main'],
  ['642357e8', 'agent:main:mattermost:channel:c4xq8tq7y3bkzpsn9mwjd1e5fo'],
  ['db462508', 'agent:main:mattermost:channel:c4xq8tq7y3bkzpsn9mwjd1e5fo'],
];

export function scenarioNames(version: string): string[] {
  return readdirSync(new URL(`openclaw-${version}/captures/`, FIXTURES)).toSorted();
}

export function readScenario(version: string, name: string): Scenario {
  const { frames, close } = recordingOf(version, name);
  const index = indexOf(version);
  const keysBySessionId = emittedKeys(frames);
  const keyOf = (file: string, id: string): string | undefined =>
    index.keyOf('', file, id) ?? keysBySessionId.get(id) ?? RETIRED.find(([start]) => id.startsWith(start))?.[1];
  const from = (frames[0]?.at ?? 0) - AROUND_MS;
  const to = (frames.at(-1)?.at ?? 0) + AROUND_MS;
  const lines = writtenLines(version, keyOf).filter(({ at }) => at >= from && at <= to);
  return {
    frames,
    lines,
    entryOf: (key) => index.entryOf(key),
    keyOfSession: (id) => index.keyOfSession(id),
    ...(close === undefined ? {} : { close }),
  };
}

interface RecordedLine {
  t: string;
  dir: string;
  frame: { event?: string; payload?: JsonRecord; code?: number };
}

function recordingOf(version: string, name: string): Pick<Scenario, 'frames' | 'close'> {
  const text = readFileSync(new URL(`openclaw-${version}/captures/${name}/ws-events.ndjson`, FIXTURES), 'utf8');
  const recorded = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as RecordedLine]));
  const close = recorded.find(({ dir }) => dir === 'close');
  return {
    frames: recorded.flatMap(({ t, frame }) => {
      return frame.event === undefined ? [] : [{ at: Date.parse(t), event: frame.event, payload: frame.payload ?? {} }];
    }),
    ...(close === undefined ? {} : { close: { at: Date.parse(close.t), wasKilled: close.frame.code === 1006 } }),
  };
}

/** The index as it stood at the end. What it says of how sessions ended is not for a replay that starts at the first line. */
function indexOf(version: string): SessionIndex {
  const json = readFileSync(new URL(`openclaw-${version}/agents/main/sessions/sessions.json`, FIXTURES), 'utf8');
  const entries = Object.entries(JSON.parse(json) as JsonRecord).flatMap(([key, value]) => decodeIndexEntry(key, value) ?? []);
  const index = new SessionIndex();
  index.replace('', entries);
  return index;
}

/** Transcripts that were replaced or deleted later are in no index any more; the gateway's rows named them while they were there. */
function emittedKeys(frames: readonly Frame[]): Map<string, string> {
  const keys = new Map<string, string>();
  for (const { payload } of frames) {
    const { sessionKey, sessionId } = payload;
    if (typeof sessionKey === 'string' && typeof sessionId === 'string') keys.set(sessionId, sessionKey);
  }
  return keys;
}

function writtenLines(version: string, keyOf: (file: string, sessionId: string) => string | undefined): WrittenLine[] {
  const dir = new URL(`openclaw-${version}/agents/main/sessions/`, FIXTURES);
  const files = readdirSync(dir).filter(
    (name) => /\.jsonl(\.(bak|reset|deleted)\.[^.]*\.[^.]*)?$/.test(name) && !name.includes('.trajectory.'),
  );
  const lines = files.flatMap((name) => {
    const sessionId = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/.exec(name)?.[0] ?? name;
    const sessionKey = keyOf(name.replace(/\.jsonl\..*$/, '.jsonl'), sessionId);
    return sessionKey === undefined ? [] : linesOf(readFileSync(new URL(name, dir), 'utf8'), sessionKey, sessionId);
  });
  return withoutCopies(lines.toSorted((a, b) => a.at - b.at));
}

/** In the order of the file: the copied history at the head of a forked thread is older than the line before it. */
function linesOf(text: string, sessionKey: string, sessionId: string): WrittenLine[] {
  let latest = 0;
  return text.split('\n').flatMap((line) => {
    const at = Date.parse(/"timestamp":"([^"]*)"/.exec(line)?.[1] ?? '');
    if (line === '' || Number.isNaN(at)) return [];
    latest = Math.max(latest, at);
    return [{ at: latest, sessionKey, sessionId, text: line }];
  });
}

/** A backup and the transcript that was written on after it begin with the same lines. */
function withoutCopies(lines: readonly WrittenLine[]): WrittenLine[] {
  return [...new Map(lines.map((line) => [`${line.sessionKey} ${line.text}`, line])).values()];
}
