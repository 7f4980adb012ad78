// Two watchers of the same sessions that know nothing of each other: another host, another container, another user.

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { createRig, type Rig, type Watcher } from './harness.ts';
import { until } from '../support/until.ts';

const KEYS = [SAMPLE.publicId, SAMPLE.privateId].map((id) => `agent:main:mattermost:channel:${id}`);
const WITHIN_MS = 30_000;

let rig: Rig;
let sessions: string[];

beforeEach(async () => {
  rig = await createRig();
  sessions = KEYS.map((key) => {
    const sessionId = randomUUID();
    rig.writer.session(key, { sessionId });
    return sessionId;
  });
});

afterEach(() => rig.close());

async function start(name: string): Promise<Watcher> {
  const watcher = await rig.watcher({ STATE_DIR: join(rig.folder, name), PID_FILE: join(rig.folder, `${name}.pid`) });
  return watcher.ready();
}

let calls = 0;
function call(): void {
  calls += 1;
  for (const session of sessions) {
    rig.writer.assistant(session, `Step ${calls}.`, [{ id: `c${calls}`, name: 'exec', arguments: { command: 'make' } }]);
  }
}

function work(): void {
  call();
  for (const session of sessions) rig.writer.result(session, `c${calls}`, 0);
}

function begin(): void {
  for (const session of sessions) rig.writer.user(session, 'please');
  call();
}

const isDown = async (watcher: Watcher): Promise<boolean> => (await watcher.health()).status === 'down';

/** The older one must fall silent in time, say why, and leave everything to the newer one, which notices nothing. */
async function expectNewerWins(older: Watcher, newer: Watcher, whileWaiting: () => void): Promise<void> {
  const since = performance.now();
  await until(
    'the older watcher has noticed',
    async () => {
      whileWaiting();
      return isDown(older);
    },
    { detail: () => older.output },
  );
  expect(performance.now() - since).toBeLessThan(WITHIN_MS);
  expect((await older.health()).reason).toMatch(/another watcher has taken over: instance \w{8}/);
  expect((await newer.health()).reason).not.toContain('taken over');
  expect(rig.boxes()).toHaveLength(sessions.length);

  work();
  await until('the newer one goes on', () => rig.boxes().every(({ text }) => text.includes(`Step ${calls}.`)), {
    detail: () => newer.output,
  });
  const writers = new Set(rig.standIn.posts().map((post) => (post.props['livestatus'] as { instance: string }).instance));
  expect(writers.size).toBe(1);
  const before = rig.standIn.requests.length;
  expect(await older.stop('SIGTERM')).toBe(0);
  const last = rig.standIn.requests.slice(before).filter(({ method }) => method !== 'GET');
  expect(last.filter(({ body }) => body.includes('[INTERRUPTED]'))).toEqual([]);
  expect(rig.boxes().every(({ title }) => title.includes('[ACTIVE]'))).toBe(true);
}

describe('a second watcher', () => {
  it('takes over the boxes that are there: same posts, and the first one falls silent within 30 s', async () => {
    const older = await start('a');
    rig.writer.shiftMs = -130_000; // silent for so long that the next redraw is minutes away
    begin();
    rig.writer.shiftMs = 0;
    await until('both boxes are there', () => rig.boxes().length === 2, { detail: () => older.output });
    const newer = await start('b');
    await expectNewerWins(older, newer, () => undefined);
  });

  it('shares the posts of turns that begin while both run, and the first one falls silent within 30 s, busy as both are', async () => {
    const older = await start('a');
    const newer = await start('b');
    begin();
    await until('both boxes are there', () => rig.boxes().length === 2, { detail: () => older.output + newer.output });
    await sleep(2_000); // a second post would be here by now
    expect(rig.boxes()).toHaveLength(2);
    await expectNewerWins(older, newer, work);
  });
});
