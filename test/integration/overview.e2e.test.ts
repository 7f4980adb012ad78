// The real program keeps a pinned board in a channel (BOARD=channel), also over kill -9, a stop and an unpin.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Post } from '../../src/stand-in/post.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { updatePost } from '../../src/stand-in/write-posts.ts';
import { boxesOf, createRig, type Rig } from './harness.ts';
import { ask } from './asking.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 240_000 });

const ENV = { BOARD: 'channel', BOARD_CHANNELS: `${SAMPLE.teamName}/${SAMPLE.publicName}` };

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

const boards = (): Post[] => rig.standIn.posts().filter(({ props }) => JSON.stringify(props['livestatus'] ?? '').includes('"overview"'));

const says = (title: string) =>
  until(`the board says ${title}`, () => boxesOf(boards()).some((board) => board.title === title), {
    detail: () => JSON.stringify(boxesOf(boards())),
  });

const isPinned = () => until('the board is pinned', () => boards()[0]?.is_pinned === true);

it('one post, pinned, that lists the channel alone and is adopted after kill -9', async () => {
  const watcher = await rig.watcher(ENV);
  await watcher.ready();
  ask(rig, 1);
  ask(rig, 2, { channelId: SAMPLE.privateId });
  ask(rig, 3, { channelId: SAMPLE.directId, isDirect: true });
  await says('[BOARD] 1 working');
  await isPinned();
  expect(boards()).toMatchObject([{ is_pinned: true, channel_id: SAMPLE.publicId, root_id: '' }]);
  await watcher.stop('SIGKILL');
  const second = ask(rig, 4);
  const next = await rig.watcher(ENV);
  await next.ready();
  await says('[BOARD] 2 working');
  rig.writer.assistant(second.sessionId, 'There it is.');
  await says('[BOARD] 1 working');
  await next.stop('SIGTERM');
  expect(boxesOf(boards())[0]?.title).toBe('[BOARD] the watcher has stopped');
  expect(boards()).toHaveLength(1);
});

it('with neither its state nor its post left unpinned, it is found among the pinned posts', async () => {
  const watcher = await rig.watcher(ENV);
  await watcher.ready();
  await says('[BOARD] nobody works');
  await isPinned();
  await watcher.stop('SIGKILL');
  await (await rig.watcher({ ...ENV, STATE_DIR: `${rig.folder}/another-state` })).ready();
  ask(rig, 1);
  await says('[BOARD] 1 working');
  expect(boards()).toHaveLength(1);
});

it('who unpins it is left alone, and so is the channel', async () => {
  const watcher = await rig.watcher(ENV);
  await watcher.ready();
  await says('[BOARD] nobody works');
  await isPinned();
  const [board] = boards();
  if (board !== undefined) updatePost(rig.standIn.world, board, { is_pinned: false }, SAMPLE.aliceId);
  ask(rig, 1);
  await watcher.says('A person does not want the board of a channel');
  const versions = rig.standIn.versionsOf(board?.id ?? '').length;
  await watcher.stop('SIGKILL');
  await (await rig.watcher(ENV)).ready();
  ask(rig, 2);
  await until('both boxes are there', () => rig.boxes().filter(({ title }) => title.startsWith('[ACTIVE]')).length === 2);
  expect(rig.standIn.versionsOf(board?.id ?? '')).toHaveLength(versions);
  expect(boards()).toHaveLength(1);
});
