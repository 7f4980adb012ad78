// The real program puts reactions on the posts that asked (SIGNS), and leaves none behind.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { createRig, type Rig } from './harness.ts';
import { ask, type Asked, reactionRequests, signsOn } from './asking.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 240_000 });

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

const shows = (postId: string, ...names: string[]) =>
  until(`the post shows ${names.join()}`, () => signsOn(rig, postId).toSorted().join() === names.toSorted().join(), {
    detail: () => signsOn(rig, postId).join(),
  });

function end({ sessionId }: Asked): void {
  rig.writer.assistant(sessionId, 'There it is.');
}

describe('a sign of life', () => {
  it.each([
    ['a channel', {}],
    ['a private channel', { channelId: SAMPLE.privateId }],
    ['our direct conversation with that person', { channelId: SAMPLE.directId, isDirect: true }],
  ])('comes before the box, and its end replaces it, in %s', async (_, where) => {
    const watcher = await rig.watcher({ OPEN_AFTER_MS: '600000' });
    await watcher.ready();
    const asked = ask(rig, 1, where);
    await shows(asked.postId, 'eyes');
    end(asked);
    await shows(asked.postId, 'white_check_mark');
    expect(reactionRequests(rig)).toEqual(['POST', 'POST', 'DELETE']);
    expect(rig.boxes().filter(({ title }) => title !== '')).toEqual([]);
  });

  it('is settled after kill -9, whatever happened meanwhile', async () => {
    const watcher = await rig.watcher();
    await watcher.ready();
    const [done, going] = [ask(rig, 1), ask(rig, 2)];
    await shows(done.postId, 'eyes');
    await shows(going.postId, 'eyes');
    await watcher.stop('SIGKILL');
    end(done);
    await (await rig.watcher()).ready();
    await shows(done.postId, 'white_check_mark');
    await shows(going.postId, 'eyes');
    end(going);
    await shows(going.postId, 'white_check_mark');
    expect([done, going].flatMap(({ postId }) => signsOn(rig, postId))).toEqual(['white_check_mark', 'white_check_mark']);
  });

  it('is taken away when the watcher stops, and comes back with the next one', async () => {
    const watcher = await rig.watcher();
    await watcher.ready();
    const asked = ask(rig, 1);
    await shows(asked.postId, 'eyes');
    await watcher.stop('SIGTERM');
    expect(signsOn(rig, asked.postId)).toEqual([]);
    await (await rig.watcher()).ready();
    await shows(asked.postId, 'eyes');
  });

  it('that an earlier watcher left is taken away with SIGNS=off, and none is put on any post', async () => {
    const watcher = await rig.watcher();
    await watcher.ready();
    const asked = ask(rig, 1);
    await shows(asked.postId, 'eyes');
    await watcher.stop('SIGKILL');
    await (await rig.watcher({ SIGNS: 'off' })).ready();
    const other = ask(rig, 2);
    await shows(asked.postId);
    await until('the box is there', () => rig.boxes().some(({ title }) => title.includes('ACTIVE')));
    await sleep(1_500);
    expect(signsOn(rig, other.postId)).toEqual([]);
    expect(reactionRequests(rig)).toEqual(['POST', 'DELETE']);
  });

  it('is not tried again in a channel where it is refused; the log says so once, and boxes go on', async () => {
    rig.standIn.switches.forbidReacting(true);
    const watcher = await rig.watcher();
    await watcher.ready();
    ask(rig, 1);
    await watcher.says('Reactions are refused in a channel');
    const before = reactionRequests(rig).length;
    for (const count of [2, 3, 4]) end(ask(rig, count));
    await until('three boxes have ended', () => rig.boxes().filter(({ title }) => title.includes('DONE')).length === 3);
    expect(reactionRequests(rig)).toHaveLength(before);
    expect(watcher.output.split('Reactions are refused in a channel')).toHaveLength(2);
    expect((await watcher.health()).status).toBe('ok');
  });

  it.each([
    ['AGENTS', { AGENTS: '!main' }],
    ['CHANNELS', { CHANNELS: '*,!lab/agents' }],
  ])('is put only where %s lets a box be', async (_, env) => {
    const watcher = await rig.watcher(env);
    await watcher.ready();
    ask(rig, 1);
    const elsewhere = ask(rig, 2, { channelId: SAMPLE.privateId });
    if ('CHANNELS' in env) await shows(elsewhere.postId, 'eyes');
    else await sleep(2_500);
    expect(reactionRequests(rig)).toHaveLength('CHANNELS' in env ? 1 : 0);
  });
});
