// The page of the real program: it shows what the chat shows, nothing of direct conversations unless told to, and the past after a restart.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PageBox } from '../../src/page/page-box.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { SessionWriter } from '../unit/sources/claude-code/session-writer.ts';
import { ask } from './asking.ts';
import { type Box, createRig, type Rig, type Watcher } from './harness.ts';

vi.setConfig({ testTimeout: 120_000 });

const ENV = { PAGE: 'on' };

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

/** What a tab that opens now is told. */
async function boxesOn({ healthUrl }: Watcher): Promise<PageBox[]> {
  const stopped = new AbortController();
  const response = await fetch(new URL('/events', healthUrl), { signal: stopped.signal });
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.includes('event: pulse')) break;
  }
  stopped.abort();
  const data = /^event: reset\ndata: (.+)$/m.exec(text)?.[1] ?? '{"boxes":[]}';
  return (JSON.parse(data) as { boxes: PageBox[] }).boxes;
}

const chatBoxes = (): Box[] => rig.boxes().filter(({ title }) => title !== '');

async function oneBox(watcher: Watcher, what: string, holds: (box: PageBox) => boolean): Promise<PageBox> {
  let boxes: PageBox[] = [];
  await until(
    what,
    async () => {
      boxes = await boxesOn(watcher);
      return boxes.some(holds);
    },
    { detail: () => `${JSON.stringify(boxes)}\n${watcher.output}` },
  );
  const found = boxes.find(holds);
  if (found === undefined) throw new Error(what);
  return found;
}

it('a box is there with the words of its post, a link to it and the name of its channel', async () => {
  const watcher = await (await rig.watcher(ENV)).ready();
  ask(rig, 1);
  const box = await oneBox(
    watcher,
    'the box with its link',
    ({ link, channel }) => link !== undefined && channel === `${SAMPLE.teamName}/${SAMPLE.publicName}`,
  );
  const [post] = chatBoxes();
  expect(box.link).toBe(`${rig.server.url}/_redirect/pl/${post?.postId}`);
  expect(box.title).toBe(post?.title);
  expect(box).toMatchObject({ agent: 'main', source: 'transcripts', state: 'active', final: false });
});

it('an end is on the page after kill -9, with its last card', async () => {
  const watcher = await (await rig.watcher(ENV)).ready();
  const { sessionId } = ask(rig, 1);
  await oneBox(watcher, 'the box', ({ final }) => !final);
  rig.writer.assistant(sessionId, 'There it is.');
  const ended = await oneBox(watcher, 'the end', ({ state }) => state === 'done');
  expect(ended.lines.join()).toContain('There it is');
  await watcher.stop('SIGKILL');
  const next = await (await rig.watcher(ENV)).ready();
  const again = await oneBox(next, 'the end after the restart', ({ id }) => id === ended.id);
  expect([again.title, again.lines, again.final]).toEqual([ended.title, ended.lines, true]);
});

it('nothing of a direct conversation is there, unless PAGE_DIRECT says so', async () => {
  const own = { ...ENV, DIRECT: 'own' };
  const watcher = await (await rig.watcher(own)).ready();
  const { sessionId } = ask(rig, 1, { channelId: SAMPLE.directId, isDirect: true });
  ask(rig, 2);
  await oneBox(watcher, 'the public box', () => true);
  await until('both boxes are in the chat', () => chatBoxes().length === 2);
  const shown = await boxesOn(watcher);
  expect(shown.map(({ channel }) => [SAMPLE.publicId, `${SAMPLE.teamName}/${SAMPLE.publicName}`].includes(channel ?? ''))).toEqual([true]);
  await watcher.stop('SIGTERM');
  const next = await (await rig.watcher({ ...own, PAGE_DIRECT: '1' })).ready();
  await until('both boxes are on the page', async () => (await boxesOn(next)).length === 2, { detail: () => next.output });
  rig.writer.assistant(sessionId, 'There it is.');
  await oneBox(next, 'the end', ({ final, channel }) => final && channel === undefined);
  await next.stop('SIGTERM');
  const last = await (await rig.watcher(own)).ready();
  await oneBox(last, 'the public box after the restart', () => true);
  expect((await boxesOn(last)).filter(({ channel }) => channel === undefined)).toEqual([]);
});

it('nothing is there that a rule sends to a person, and nobody learns the name of that conversation', async () => {
  const home = tempFolder('claude-home');
  mkdirSync(join(home, '.claude'));
  const writer = new SessionWriter(join(home, '.claude'));
  const watcher = await (await rig.watcher({ ...ENV, HOME: home, ROUTES: `claude-code:*=@alice+texts` })).ready();
  writer.add(
    writer.line('user', { message: { role: 'user', content: 'please' } }, {}),
    writer.says([{ type: 'text', text: 'For Alice alone.' }]),
  );
  writer.live({ pid: process.pid, status: 'busy' });
  ask(rig, 1);
  await oneBox(watcher, 'the public box', () => true);
  await until('both boxes are in the chat', () => chatBoxes().length === 2, { detail: () => watcher.output });
  await sleep(1_500); // by then the name of that conversation is known, too
  const shown = await boxesOn(watcher);
  expect(shown.map(({ agent }) => agent)).toEqual(['main']);
  expect(JSON.stringify(shown)).not.toMatch(/For Alice|__/);
});

it('with PAGE=off there is no page, and the log says so', async () => {
  const watcher = await (await rig.watcher({ PAGE: 'off' })).ready();
  expect(watcher.output).toContain('The page of all boxes is off.');
  for (const path of ['/', '/events', '/client/main.js', '/login'])
    expect((await fetch(new URL(path, watcher.healthUrl))).status).toBe(404);
});
