// A watcher takes over what an older version left: see the fixture's README. Replaced is only what is of another machine or moment: the
// folder, the identity of the files, and the instants, so that it was killed just now.

import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';
import type { Post } from '../../src/stand-in/post.ts';
import { SAMPLE, sampleSeed } from '../../src/stand-in/sample-seed.ts';
import { createRig, type Rig } from './harness.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 240_000 });

const FIXTURE = fileURLToPath(new URL('../fixtures/checkpoint-0.1.0/', import.meta.url));
const WRITTEN_IN = '/tmp/live-status-rig-T1VHJ9';
const KILLED_AT = 1_795_766_316_000;
const OPEN = '00000000-0000-4000-8000-000000000001';
const CHILD = '00000000-0000-4000-8000-000000000003';
const SCHEDULED = '00000000-0000-4000-8000-000000000004';

let rig: Rig;
afterEach(() => rig.close());

/** As if it had happened within the last seconds. */
function dated(json: string): string {
  const laterMs = Date.now() - KILLED_AT;
  return json.replace(/(?<![\w.])1795766\d{6}(?![\w.])/g, (at) => String(Number(at) + laterMs));
}

async function takenOver(): Promise<Rig> {
  const posts = JSON.parse(dated(readFileSync(join(FIXTURE, 'posts.json'), 'utf8'))) as Post[];
  const taken = await createRig({ seed: { ...sampleSeed(), posts } });
  for (let i = 0; i < 100; i++) taken.standIn.world.newId(); // those of the fixture's posts are taken
  const agents = join(taken.folder, 'agents');
  cpSync(join(FIXTURE, 'agents'), agents, { recursive: true });
  for (const agent of readdirSync(agents)) {
    const index = join(agents, agent, 'sessions', 'sessions.json');
    writeFileSync(index, dated(readFileSync(index, 'utf8').replaceAll(WRITTEN_IN, taken.folder)));
  }
  moveCheckpoint(taken.folder);
  return taken;
}

function moveCheckpoint(folder: string): void {
  const path = join(folder, 'state', 'checkpoint.sqlite');
  mkdirSync(join(folder, 'state'), { mode: 0o700 });
  cpSync(join(FIXTURE, 'checkpoint.sqlite'), path);
  const database = new DatabaseSync(path);
  const rows = database.prepare('SELECT kind, key, value FROM rows').all() as { kind: string; key: string; value: string }[];
  database.exec('DELETE FROM rows');
  const put = database.prepare('INSERT INTO rows (kind, key, value) VALUES (?, ?, ?)');
  for (const { kind, key, value } of rows) {
    const moved = key.replace(WRITTEN_IN, folder);
    put.run(kind, moved, dated(kind === 'source' ? withIdentity(moved, value) : value));
  }
  database.close();
}

function withIdentity(path: string, value: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  return JSON.stringify({ ...(JSON.parse(value) as object), dev: String(dev), ino: String(ino) });
}

function rowsOf(folder: string, kind: string): string[] {
  const database = new DatabaseSync(join(folder, 'state', 'checkpoint.sqlite'), { readOnly: true });
  const rows = database.prepare('SELECT key FROM rows WHERE kind = ?').all(kind);
  database.close();
  return rows.map(({ key }) => String(key));
}

it('goes on with every turn where an older version was killed: same posts, nothing twice, nothing lost', async () => {
  rig = await takenOver();
  const before = rig.boxes();
  const watcher = await (await rig.watcher({ CRON: 'all', DEFAULT_CHANNEL: SAMPLE.publicId })).ready();
  const line = (agent: string, id: string, message: object) =>
    rig.writer.appendTo(agent, id, { type: 'message', id: `n-${id}-${JSON.stringify(message).length}`, message });
  const answer = (text: string) => ({ role: 'assistant', content: [{ type: 'text', text }], stopReason: 'stop' });
  const result = (toolCallId: string) => ({ role: 'toolResult', toolCallId, toolName: 'exec', content: [], details: { exitCode: 0 } });
  line('main', CHILD, result('k1'));
  line('main', CHILD, answer('Counted.'));
  line('main', OPEN, result('c2'));
  line('main', OPEN, answer('All is done.'));
  line('ops', SCHEDULED, result('n1'));
  line('ops', SCHEDULED, answer('The report is done.'));
  await until('both are done', () => rig.boxes().filter(({ title }) => title.startsWith('[DONE]')).length === 3, {
    detail: () => JSON.stringify(rig.boxes()) + watcher.output,
  });
  const boxes = rig.boxes();
  expect(boxes.map(({ postId }) => postId).sort()).toEqual(before.map(({ postId }) => postId).sort());
  expect(rig.standIn.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/posts'))).toEqual([]);
  const texts = boxes.map(({ text }) => text).join('\n');
  for (const said of ['I begin.', 'Now a sub-agent.', 'make first', 'make second', 'Counting.', 'Counted.', 'The report begins.'])
    expect(texts.split(said), said).toHaveLength(2);
  await watcher.stop('SIGTERM');
  expect(rowsOf(rig.folder, 'session')).toHaveLength(4);
  expect(rowsOf(rig.folder, 'source')).toEqual([]);
  expect(rowsOf(rig.folder, 'position').filter((key) => key.startsWith('transcripts /'))).toHaveLength(4);
});
