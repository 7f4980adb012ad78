// Calls of the real daemon beside the real stand-in server: whom the server notifies, in which channel, and what a kill leaves.

import { setTimeout as rest } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Route } from '../../src/core/event.ts';
import type { Post } from '../../src/stand-in/post.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { until } from '../support/until.ts';
import { serverWords } from '../unit/boxes/render/judges/harms.ts';
import { type RoutedRig, routedRig, SHOP } from './routed-rig.ts';

const ALICE: string = SAMPLE.aliceId;
const MINUTE_MS = 60_000;
const PUBLIC: Route = { kind: 'channel', channelId: SAMPLE.publicId };

/** A turn that a person set going some minutes ago. */
function turn(rig: RoutedRig, key: string, { userId = ALICE, route = PUBLIC, agoMs = MINUTE_MS } = {}): void {
  rig.did(key, { type: 'session_seen', agentId: 'main', tellsLoss: true, route }, agoMs);
  rig.did(key, { type: 'turn_started', trigger: { kind: 'person', userId }, messageId: key }, agoMs);
  rig.did(key, { type: 'run_started', runId: key }, agoMs);
}

/** It has waited for so long. */
function waits(rig: RoutedRig, key: string, text = 'rm -rf build', agoMs = 11_000): void {
  rig.did(key, { type: 'waiting_started', waitId: 'w', callId: 'w', on: 'approval', text }, agoMs);
}

function calls(rig: RoutedRig): Post[] {
  return rig.posts().filter(({ props }) => (props['livestatus'] as { call?: string } | undefined)?.call !== undefined);
}

const called = (rig: RoutedRig, count = 1): Promise<void> =>
  until('the call', () => calls(rig).length >= count, { detail: () => JSON.stringify([rig.log.slice(-20), rig.posts()]) });

/** The names that the post mentions outside of code. */
function mentions({ message }: Post): string[] {
  return [...new Set(serverWords(message).filter((word) => word.includes('@')))];
}

describe('CALL=asker', () => {
  it('calls the person who asked where the box is, and the post is edited to what became of the wait', async () => {
    const rig = await routedRig();
    await rig.start('', { CALL: 'asker' });
    turn(rig, 'one');
    waits(rig, 'one');
    await called(rig);
    const [call] = calls(rig);
    expect(call).toMatchObject({ channel_id: SAMPLE.publicId, message: '@alice `main` waits for approval: `rm -rf build`' });
    rig.did('one', { type: 'waiting_ended', waitId: 'w', outcome: 'allowed_once' });
    await until('the outcome', () => calls(rig)[0]?.message.startsWith('@alice **answered: allowed once after ') === true);
    expect(calls(rig).map(({ id }) => id)).toEqual([call?.id]);
  });

  it('calls OPERATORS where a bot asked, and nobody where there are none', async () => {
    const rig = await routedRig();
    const life = await rig.start('', { CALL: 'asker', OPERATORS: 'bob' });
    turn(rig, 'one', { userId: SAMPLE.otherBotId });
    waits(rig, 'one');
    await called(rig);
    expect(calls(rig).map(mentions)).toEqual([['@bob']]);
    await life.stop();
    await rig.start('', { CALL: 'asker' });
    turn(rig, 'two', { userId: SAMPLE.otherBotId });
    waits(rig, 'two');
    turn(rig, 'three');
    waits(rig, 'three');
    await called(rig, 2);
    expect(calls(rig).map(mentions)).toEqual([['@bob'], ['@alice']]);
  });

  it('mentions nobody else, whatever an agent wrote', async () => {
    const rig = await routedRig();
    await rig.start('', { CALL: 'asker' });
    turn(rig, 'one');
    waits(rig, 'one', '@bob @channel ` @all `` @here\n@admin');
    await called(rig);
    expect(calls(rig).map(mentions)).toEqual([['@alice']]);
  });
});

describe('OPERATIONS_CHANNEL', () => {
  const OPERATIONS = { CALL: 'operators', OPERATORS: 'alice', OPERATIONS_CHANNEL: 'lab/ops' };

  it('gets calls about other channels without a word of the agent, and with the way to the box', async () => {
    const rig = await routedRig();
    await rig.start('', OPERATIONS);
    turn(rig, 'one');
    await until('the box', () => rig.posts().length === 1);
    const boxId = rig.posts()[0]?.id;
    waits(rig, 'one', 'a secret plan');
    await called(rig);
    const [call] = calls(rig);
    expect(call?.channel_id).toBe(SAMPLE.privateId);
    expect(call?.message).toMatch(
      new RegExp(`^@alice \`main\` waits for approval\\. In channel \`${SAMPLE.publicId}\`: \`http://[^\`]+/_redirect/pl/${boxId}\`$`),
    );
  });

  it('that was archived gets no call: it is where the box is', async () => {
    const rig = await routedRig();
    await rig.start('', OPERATIONS);
    turn(rig, 'one');
    await until('the box', () => rig.posts().length === 1);
    rig.standIn.switches.archiveChannel(SAMPLE.privateId);
    waits(rig, 'one', 'may I');
    await called(rig);
    expect(calls(rig).map(({ channel_id }) => channel_id)).toEqual([SAMPLE.publicId]);
  });

  it('is told nothing of a direct conversation: that call is where the box is', async () => {
    const rig = await routedRig();
    await rig.start('claude-code:/home/dev/shop=@alice', OPERATIONS);
    turn(rig, 'direct', { route: { kind: 'direct', userId: SAMPLE.aliceId, channelId: SAMPLE.directId } });
    waits(rig, 'direct', 'private words');
    rig.asks('routed', 'question');
    rig.did('routed', { type: 'waiting_started', waitId: 'w', on: 'answer', text: 'private question' }, 11_000);
    await called(rig, 2);
    expect(calls(rig).map(({ channel_id: channelId }) => channelId)).toEqual([SAMPLE.directId, SAMPLE.directId]);
    expect(rig.posts().filter(({ channel_id: channelId }) => channelId === SAMPLE.privateId)).toEqual([]);
  });
});

it('a conversation that turns out to be direct takes what its call says of it with its box', async () => {
  const rig = await routedRig();
  await rig.start('', { CALL: 'asker' });
  turn(rig, 'one');
  waits(rig, 'one', 'private words');
  await called(rig);
  const direct: Route = { kind: 'direct', userId: ALICE, channelId: SAMPLE.directId };
  rig.did('one', { type: 'session_seen', agentId: 'main', tellsLoss: true, route: direct });
  await until('the edits', () => !JSON.stringify(rig.posts()).includes('private words'), { detail: () => JSON.stringify(rig.posts()) });
  expect(calls(rig).map(({ message }) => message)).toEqual(['@alice **not shown here any more** · `main`']);
  rig.did('one', { type: 'waiting_ended', waitId: 'w', outcome: 'denied', by: '@bob' });
  await rest(2_500);
  expect(calls(rig).map(({ message }) => message)).toEqual(['@alice **not shown here any more** · `main`']);
});

describe('a kill', () => {
  it('when the post of a call arrives leaves one call, which the next life edits to its outcome', async () => {
    const rig = await routedRig();
    const life = await rig.start('', { CALL: 'asker' });
    turn(rig, 'one');
    await until('the box', () => rig.posts().length === 1);
    let isKilled = false;
    rig.onRequest((method, path) => {
      if (isKilled || method !== 'POST' || path !== '/api/v4/posts') return;
      isKilled = true;
      life.kill();
    });
    waits(rig, 'one');
    await until('the kill', () => isKilled);
    await called(rig);
    await rig.start('', { CALL: 'asker' });
    rig.did('one', { type: 'waiting_ended', waitId: 'w', outcome: 'denied' });
    await until('the outcome', () => calls(rig)[0]?.message.startsWith('@alice **answered: denied after ') === true, {
      detail: () => JSON.stringify([rig.log.slice(-20), calls(rig)]),
    });
    expect(calls(rig)).toHaveLength(1);
  });
});

it('with CALL off, as by default, nobody is called', async () => {
  const rig = await routedRig();
  await rig.start(`${SHOP}=lab/agents`);
  turn(rig, 'one');
  waits(rig, 'one');
  await until('the box', () => JSON.stringify(rig.posts()).includes('[WAITING]'));
  rig.did('one', { type: 'waiting_ended', waitId: 'w' });
  await until('the box goes on', () => !JSON.stringify(rig.posts()).includes('[WAITING]'));
  expect(calls(rig)).toEqual([]);
});
