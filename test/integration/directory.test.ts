// What routing asks, over real sockets: the answers of a stand-in that behaves like the recorded servers.

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock as clock } from '../../src/process/system-clock.ts';
import { createDirectory, type Directory } from '../../src/sinks/mattermost/directory.ts';
import { createMattermostSink } from '../../src/sinks/mattermost/mattermost.ts';
import { createHttpTransport } from '../../src/sinks/mattermost/transport.ts';
import { SAMPLE, sampleSeed } from '../../src/stand-in/sample-seed.ts';
import { serveStandIn } from '../../src/stand-in/server.ts';
import { createStandIn, type StandIn } from '../../src/stand-in/stand-in.ts';
import { jsonOf, request } from '../unit/stand-in/requests.ts';

const DAY_MS = 86_400_000;

interface Setup {
  directory: Directory;
  standIn: StandIn;
}

async function start(version: '5.37' | '11.6'): Promise<Setup> {
  const standIn = createStandIn({ clock, seed: sampleSeed(), version });
  const server = await serveStandIn(standIn, { port: 0 });
  onTestFinished(() => server.close());
  const transport = createHttpTransport({ baseUrl: server.url, token: () => SAMPLE.botToken, version: '0' });
  onTestFinished(() => transport.close());
  const side = { transport: transport.send, userId: () => SAMPLE.botId };
  return { directory: createDirectory(side, createMattermostSink(side), (call) => call()), standIn };
}

/** Somebody writes; gives the post's id. */
function write(standIn: StandIn, token: string, body: Record<string, unknown>): string {
  return String(jsonOf(standIn.handle(request('POST', '/posts', { message: 'm', ...body }, token)))['id']);
}

/** Mattermost 11.6 refuses one of two first replies that come at the same moment. */
const FIRST_REPLIES_APART_MS = 50;

describe.each(['5.37', '11.6'] as const)('on version %s', (version) => {
  it('gives every name a channel is known by, so that CHANNELS may use any of them', async () => {
    const { directory } = await start(version);
    expect(await directory.namesOfChannel(SAMPLE.publicId)).toEqual([
      SAMPLE.publicId,
      SAMPLE.publicName,
      `${SAMPLE.teamName}/${SAMPLE.publicName}`,
    ]);
    expect(await directory.namesOfChannel(SAMPLE.directId)).toEqual([SAMPLE.directId, expect.stringContaining('__')]);
  });

  it('refuses to name a channel that is not there or not ours to see', async () => {
    const { directory } = await start(version);
    await expect(directory.namesOfChannel('x'.repeat(26))).rejects.toMatchObject({ name: 'PushError' });
    await expect(directory.namesOfChannel('../users/me')).rejects.toMatchObject({ name: 'PushError' });
  });

  it('opens our own direct channel with a person once', async () => {
    const { directory } = await start(version);
    expect(await directory.directChannelWith(SAMPLE.aliceId)).toBe(SAMPLE.directId);
    const withBob = await directory.directChannelWith(SAMPLE.bobId);
    expect(await directory.directChannelWith(SAMPLE.bobId)).toBe(withBob);
    expect(withBob).not.toBe(SAMPLE.directId);
    await expect(directory.directChannelWith('x'.repeat(26))).rejects.toMatchObject({ name: 'PushError' });
  });

  it('tells our channels from those of others', async () => {
    const { directory } = await start(version);
    expect(await directory.isMember(SAMPLE.privateId)).toBe(true);
    expect(await directory.isMember(SAMPLE.foreignId)).toBe(false);
    expect(await directory.isMember('x'.repeat(26))).toBe(false);
  });

  it('tells direct channels from those of a team, and persons from bots and accounts that are not there', async () => {
    const { directory } = await start(version);
    expect(await directory.isDirect(SAMPLE.directId)).toBe(true);
    expect(await directory.isDirect(SAMPLE.publicId)).toBe(false);
    expect(await directory.isDirect(SAMPLE.privateId)).toBe(false);
    expect(await directory.nameOfPerson(SAMPLE.aliceId)).toBe('alice');
    expect(await directory.nameOfPerson(SAMPLE.otherBotId)).toBeUndefined();
    await expect(directory.nameOfPerson('x'.repeat(26))).rejects.toMatchObject({ name: 'PushError' });
  });

  it('knows whether a person wrote in a channel in a span of time', async () => {
    const { directory, standIn } = await start(version);
    write(standIn, SAMPLE.aliceToken, { channel_id: SAMPLE.directId });
    const now = clock.now();
    const asks = (userId: string, from: number, to: number) => directory.hasPostBy(userId, SAMPLE.directId, from, to);
    expect(await asks(SAMPLE.aliceId, now - 60_000, now + 60_000)).toBe(true);
    expect(await asks(SAMPLE.botId, now - 60_000, now + 60_000)).toBe(false);
    expect(await asks(SAMPLE.aliceId, now + 60_000, now + 120_000)).toBe(false);
    expect(await asks(SAMPLE.aliceId, now - 120_000, now - 60_000)).toBe(false);
  });

  it('counts the replies of a thread', async () => {
    const { directory, standIn } = await start(version);
    const rootId = write(standIn, SAMPLE.aliceToken, { channel_id: SAMPLE.publicId });
    expect(await directory.threadReplies(rootId)).toBe(0);
    for (let reply = 0; reply < 3; reply++) {
      write(standIn, SAMPLE.bobToken, { channel_id: SAMPLE.publicId, root_id: rootId });
      await sleep(FIRST_REPLIES_APART_MS);
    }
    expect(await directory.threadReplies(rootId)).toBe(3);
    await expect(directory.threadReplies('x'.repeat(26))).rejects.toMatchObject({ reason: 'root_gone' });
  });

  it('finds the root of an answer', async () => {
    const { directory, standIn } = await start(version);
    const rootId = write(standIn, SAMPLE.aliceToken, { channel_id: SAMPLE.publicId });
    const answerId = write(standIn, SAMPLE.bobToken, { channel_id: SAMPLE.publicId, root_id: rootId });
    expect(await directory.rootOf(answerId)).toEqual({ rootId, channelId: SAMPLE.publicId });
    expect(await directory.rootOf(rootId)).toEqual({ rootId, channelId: SAMPLE.publicId });
    await expect(directory.rootOf('x'.repeat(26))).rejects.toBeInstanceOf(Error);
  });

  it('names the channels in which somebody wrote lately, direct ones included, and no others', async () => {
    const { directory, standIn } = await start(version);
    write(standIn, SAMPLE.aliceToken, { channel_id: SAMPLE.publicId });
    write(standIn, SAMPLE.aliceToken, { channel_id: SAMPLE.directId });
    write(standIn, SAMPLE.aliceToken, { channel_id: SAMPLE.foreignId });
    expect((await directory.recentChannels(clock.now() - 60_000)).toSorted()).toEqual([SAMPLE.directId, SAMPLE.publicId].toSorted());
    expect(await directory.recentChannels(clock.now() + DAY_MS)).toEqual([]);
  });
});
