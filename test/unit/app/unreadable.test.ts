// Files and folders that belong to somebody else, read by the real source as an ordinary user, and what health makes of them.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../../src/process/system-clock.ts';
import type { SourceCondition } from '../../../src/core/source.ts';
import { createTranscriptSource, type TranscriptSource } from '../../../src/sources/openclaw/transcripts/transcripts-source.ts';
import { withoutRoot } from '../without-root.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const running: TranscriptSource[] = [];
afterEach(async () => {
  for (const source of running.splice(0)) await source.stop();
});

interface Place {
  root: string;
  sessions: string;
  transcript: string;
  index: string;
}

/** A root with one agent that has two sessions; everything in it belongs to root, and anybody may read it. */
function place(): Place {
  chmodSync(tmpdir(), 0o755); // a folder of this run alone, which an ordinary user must be able to go through
  const root = tempFolder('unreadable');
  chmodSync(root, 0o755);
  const sessions = join(root, 'main', 'sessions');
  mkdirSync(sessions, { recursive: true });
  const [transcript, index] = [join(sessions, 's1.jsonl'), join(sessions, 'sessions.json')];
  const line = { type: 'message', id: 'm1', message: { role: 'user', content: [{ type: 'text', text: 'go' }] } };
  for (const id of ['s1', 's2'])
    writeFileSync(join(sessions, `${id}.jsonl`), `${JSON.stringify({ type: 'session', id })}\n${JSON.stringify(line)}\n`);
  writeFileSync(index, JSON.stringify({ 'agent:main:main': { sessionId: 's1' }, 'agent:main:other': { sessionId: 's2' } }));
  return { root, sessions, transcript, index };
}

async function conditionOf({ root }: Pick<Place, 'root'>, before: () => void): Promise<SourceCondition> {
  const clock = systemClock;
  const source = createTranscriptSource({ dir: root, polling: true, clock, redact: (text) => text, emit: () => undefined, log: quiet });
  running.push(source);
  before();
  return withoutRoot(dirname(root), async () => {
    await source.start();
    return source.health().condition;
  });
}

it.each<[string, (at: Place) => string, RegExp]>([
  [
    'one transcript',
    ({ transcript }) => transcript,
    /^1 transcript cannot be read \(permission denied\), such as .*s1\.jsonl; run the watcher as/,
  ],
  [
    'the index',
    ({ index }) => index,
    /^1 session index cannot be read \(permission denied\), such as .*sessions\.json; run the watcher as/,
  ],
  [
    'the sessions folder',
    ({ sessions }) => sessions,
    /1 folder cannot be looked into \(permission denied\), such as .*main\/sessions; run/,
  ],
  [
    "the agent's folder",
    ({ root }) => join(root, 'main'),
    /^1 folder cannot be looked into \(permission denied\), such as .*main\/sessions; run/,
  ],
])('%s that may not be read is named with the permission and the cure', async (_what, which, words) => {
  const at = place();
  const condition = await conditionOf(at, () => chmodSync(which(at), 0o700 & ~0o077));
  expect(condition).toMatchObject({ state: 'impaired', because: expect.stringMatching(words) });
});

it('a sessions folder whose names alone may be read is named', async () => {
  const at = place();
  expect(await conditionOf(at, () => chmodSync(at.sessions, 0o744))).toMatchObject({
    state: 'impaired',
    because: expect.stringContaining('permission denied'),
  });
});

it('a root that may not be looked into is named as such, and not as missing', async () => {
  const root = join(place().root, 'main');
  const condition = await conditionOf({ root }, () => chmodSync(root, 0o700));
  expect(condition).toMatchObject({ state: 'unreadable', because: expect.stringContaining('permission denied') });
});

it('a transcript that may be read again is named no more', async () => {
  const at = place();
  await conditionOf(at, () => chmodSync(at.transcript, 0o600));
  chmodSync(at.transcript, 0o644);
  await expect.poll(() => running[0]?.health().condition, { timeout: 15_000 }).toEqual({ state: 'readable' });
});
