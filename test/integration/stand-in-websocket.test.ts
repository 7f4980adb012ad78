import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { SAMPLE, sampleSeed } from '../../src/stand-in/sample-seed.ts';
import { type StandInServer, serveStandIn } from '../../src/stand-in/server.ts';
import { createStandIn, type StandIn } from '../../src/stand-in/stand-in.ts';
import { until } from '../support/until.ts';

interface Frame {
  event?: string;
  data?: Record<string, string>;
  seq?: number;
  seq_reply?: number;
  status?: string;
}

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function serve(): Promise<{ standIn: StandIn; server: StandInServer }> {
  const standIn = createStandIn({ clock: { now: () => Date.now() }, seed: sampleSeed() });
  const server = await serveStandIn(standIn, { port: 0 });
  closers.push(() => server.close());
  return { standIn, server };
}

async function connect(server: StandInServer, token: string): Promise<{ socket: WebSocket; frames: Frame[] }> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/v4/websocket`);
  const frames: Frame[] = [];
  closers.push(() => socket.terminate());
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as Frame));
  await once(socket, 'open');
  socket.send(JSON.stringify({ seq: 1, action: 'authentication_challenge', data: { token } }));
  return { socket, frames };
}

function ask(standIn: StandIn, token: string, method: string, path: string, body?: object): Record<string, string> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = standIn.handle({ method, path: `/api/v4${path}`, headers, body: body === undefined ? '' : JSON.stringify(body) });
  return JSON.parse(answer.body) as Record<string, string>;
}

test('a challenge with a good token is answered with hello and OK', async () => {
  const { server } = await serve();
  const { frames } = await connect(server, SAMPLE.otherBotToken);
  await until('both answers', () => frames.length === 2);
  expect(frames[0]).toMatchObject({ event: 'hello', seq: 0, data: { connection_id: expect.stringMatching(/^\w{26}$/) } });
  expect(frames[1]).toEqual({ status: 'OK', seq_reply: 1 });
});

test('a challenge with a bad token closes the connection without a word', async () => {
  const { server } = await serve();
  const { socket, frames } = await connect(server, 'not-a-token');
  await once(socket, 'close');
  expect(frames).toEqual([]);
});

test('members of a channel, and nobody else, hear of posts, edits and deletions, numbered per connection', async () => {
  const { standIn, server } = await serve();
  const bot = await connect(server, SAMPLE.otherBotToken);
  const bob = await connect(server, SAMPLE.bobToken);
  await until('both are in', () => bot.frames.length === 2 && bob.frames.length === 2);
  const { id = '' } = ask(standIn, SAMPLE.aliceToken, 'POST', '/posts', { channel_id: SAMPLE.privateId, message: 'hi @openclaw' });
  ask(standIn, SAMPLE.aliceToken, 'PUT', `/posts/${id}/patch`, { message: 'edited' });
  ask(standIn, SAMPLE.aliceToken, 'DELETE', `/posts/${id}`);
  ask(standIn, SAMPLE.aliceToken, 'POST', '/posts', { channel_id: SAMPLE.publicId, message: 'for all' });
  await until('all events', () => bot.frames.length === 6 && bob.frames.length === 3);
  expect(bot.frames.slice(2).map(({ event, seq }) => `${seq} ${event}`)).toEqual([
    '1 posted',
    '2 post_edited',
    '3 post_deleted',
    '4 posted',
  ]);
  const [posted, edited, deleted] = bot.frames.slice(2).map(({ data }) => data ?? {});
  expect(posted).toMatchObject({ mentions: JSON.stringify([SAMPLE.otherBotId]), sender_name: '@alice', channel_type: 'P' });
  expect(JSON.parse(edited?.['post'] ?? '')).toMatchObject({ id, message: 'edited', delete_at: 0 });
  expect(JSON.parse(deleted?.['post'] ?? '')).toMatchObject({ id, message: 'edited', delete_at: 0 });
  expect(bob.frames[2]).toMatchObject({ event: 'posted', seq: 1, data: { channel_name: SAMPLE.publicName } });
});

test('typing reaches the others of the channel, not the one who types', async () => {
  const { standIn, server } = await serve();
  const alice = await connect(server, SAMPLE.aliceToken);
  const bot = await connect(server, SAMPLE.otherBotToken);
  await until('both are in', () => alice.frames.length === 2 && bot.frames.length === 2);
  ask(standIn, SAMPLE.otherBotToken, 'POST', '/users/me/typing', { channel_id: SAMPLE.publicId, parent_id: 'root' });
  ask(standIn, SAMPLE.otherBotToken, 'POST', '/posts', { channel_id: SAMPLE.publicId, message: 'done' });
  await until('the post was told', () => bot.frames.length === 3 && alice.frames.length === 4);
  expect(alice.frames[2]).toMatchObject({ event: 'typing', data: { user_id: SAMPLE.otherBotId, parent_id: 'root' } });
  expect(bot.frames[2]).toMatchObject({ event: 'posted' });
});
