// Replays every recorded transcript on real files through the real source, in three ways that must end in the same boxes.
// The golden files hold what a person would call right; the recordings' README files say what happened.

import { randomInt } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BUILT_IN_LABELS } from '../../src/boxes/render/tool-labels.ts';
import { renderCard } from '../../src/boxes/render/render-card.ts';
import { Fold } from '../../src/core/fold.ts';
import type { SessionEvent } from '../../src/core/event.ts';
import { createRedactor } from '../../src/text/redact.ts';
import { judge } from '../../src/core/status.ts';
import { isSubAgent, treeOf } from '../../src/core/tree.ts';
import { systemClock } from '../../src/process/system-clock.ts';
import { createTranscriptSource } from '../../src/sources/openclaw/transcripts/transcripts-source.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url));
const GOLDEN = fileURLToPath(new URL('../golden/boxes/', import.meta.url));
const LIMITS = { idleTimeoutMs: 60_000, maxDurationMs: 1_800_000 };
const LATER_MS = 600_000; // long enough after the last line for every deadline to have passed
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const redact = createRedactor([]);

interface Recording {
  sessionId: string;
  name: string;
  bytes: Buffer;
}

/** The transcripts of one version, moved in time so that the last line was written just now. */
function recordings(version: string): { index: string; files: Recording[] } {
  const dir = join(FIXTURES, `openclaw-${version}`, 'agents/main/sessions');
  const names = readdirSync(dir).filter(
    (name) => /\.jsonl(\.(reset|deleted)\.[^.]*\.[^.]*)?$/.test(name) && !name.includes('.trajectory.'),
  );
  const texts = names.map((name) => readFileSync(join(dir, name), 'utf8'));
  const shiftMs = Date.now() - Math.max(...texts.map(lastInstant));
  const files = names.map((name, index) => ({
    sessionId: /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/.exec(name)?.[0] ?? name,
    name: name.replace(/\.jsonl\..*$/, '.jsonl'),
    bytes: Buffer.from(shifted(texts[index] ?? '', shiftMs)),
  }));
  files.sort((a, b) => firstInstant(a) - firstInstant(b));
  return { index: withoutStates(readFileSync(join(dir, 'sessions.json'), 'utf8')), files };
}

const INSTANT = /"timestamp":"(20\d\d-[^"]*Z)"/g;

function firstInstant({ bytes }: Recording): number {
  return Date.parse(/"timestamp":"([^"]*)"/.exec(bytes.toString('utf8'))?.[1] ?? '');
}

function lastInstant(text: string): number {
  return Math.max(0, ...[...text.matchAll(INSTANT)].map((match) => Date.parse(match[1] ?? '')));
}

function shifted(text: string, byMs: number): string {
  return text.replaceAll(INSTANT, (_whole, at: string) => `"timestamp":"${new Date(Date.parse(at) + byMs).toISOString()}"`);
}

/** The stored index tells how every session ended; a replay that starts at the first line must not know that. */
function withoutStates(json: string): string {
  const entries = JSON.parse(json) as Record<string, Record<string, unknown>>;
  for (const entry of Object.values(entries))
    for (const field of ['status', 'startedAt', 'endedAt', 'updatedAt', 'abortedLastRun', 'sessionFile']) delete entry[field];
  return JSON.stringify(entries);
}

type Feed = (path: string, bytes: Buffer) => Promise<void>;

const FEEDS: Record<string, Feed> = {
  'all at once': async (path, bytes) => appendFileSync(path, bytes),
  'line by line': async (path, bytes) => {
    for (const line of bytes.toString('utf8').split(/(?<=\n)/)) {
      appendFileSync(path, line);
      await nextTurn();
    }
  },
  'in random chunks': async (path, bytes) => {
    for (let at = 0; at < bytes.length; ) {
      const end = at + randomInt(1, 4000);
      appendFileSync(path, bytes.subarray(at, end));
      at = end;
      await nextTurn();
    }
  },
};

/** Plays all files of a version and gives the final boxes of every session, as text. */
async function play(version: string, feed: Feed): Promise<string> {
  const root = tempFolder('replay');
  const dir = join(root, 'main/sessions');
  mkdirSync(dir, { recursive: true });
  const { index, files } = recordings(version);
  writeFileSync(join(dir, 'sessions.json'), index);
  const offsets = new Map<string, number>();
  const boxes = createBoxes();
  const source = createTranscriptSource({
    dir: root,
    polling: false,
    clock: systemClock,
    redact,
    log: quiet,
    emit: (event) => boxes.apply(event),
    onProgress: (path, checkpoint) => offsets.set(path, checkpoint?.offset ?? 0),
  });
  await source.start();
  const isRead = (path: string): boolean => (offsets.get(path) ?? 0) >= statSync(path).size;
  for (const file of files) {
    const path = join(dir, file.name);
    await feed(path, file.bytes);
    // Transcripts of one session follow each other; those that nothing names wait for a name by themselves.
    if (index.includes(file.sessionId)) await until('it is read', () => isRead(path));
  }
  await until('all is read', () => files.every((file) => isRead(join(dir, file.name))));
  await source.stop();
  rmSync(root, { recursive: true });
  return boxes.text();
}

/** The last rendering of every root turn, by session. Sessions keep only their newest turns, so each event's are drawn. */
function createBoxes(): { apply(event: SessionEvent): void; text(): string } {
  const fold = new Fold();
  const drawnById = new Map<string, { key: string; startedAt: number; draw: () => string }>();
  return {
    apply(event) {
      fold.apply(event);
      const session = fold.sessionsByKey.get(event.sessionKey);
      for (const turn of session?.turns ?? []) {
        if (session === undefined || isSubAgent(session)) continue;
        const draw = (): string => {
          const tree = treeOf(fold.sessionsByKey, session, turn, turn.lastEventAt + LATER_MS);
          const card = renderCard(judge(tree, LIMITS), {
            verbosity: 'normal',
            maxLines: 40,
            labels: BUILT_IN_LABELS,
            redact,
          });
          return [card.title, ...card.lines].join('\n');
        };
        drawnById.set(turn.boxId, { key: session.key, startedAt: turn.startedAt, draw });
      }
    },
    text() {
      const boxes = [...drawnById.values()].toSorted((a, b) => (a.key === b.key ? a.startedAt - b.startedAt : a.key < b.key ? -1 : 1));
      return `${boxes.map(({ key, draw }) => `${key}\n${draw()}`).join('\n\n')}\n`;
    },
  };
}

describe.each(['2026.2.26', '2026.7.35'])('the recorded transcripts of OpenClaw %s', (version) => {
  it.each(Object.keys(FEEDS))('end in the boxes of the golden file when they are written %s', async (way) => {
    const feed = FEEDS[way];
    if (feed === undefined) throw new Error(way);
    await expect(await play(version, feed)).toMatchFileSnapshot(join(GOLDEN, `${version}.txt`));
  });
});
