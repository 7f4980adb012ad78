import { describe, expect, it } from 'vitest';
import type { MattermostChecks } from '../../../src/sinks/mattermost/checks.ts';
import { createMattermostSink } from '../../../src/sinks/mattermost/mattermost.ts';
import { readRecordings } from './recordings.ts';
import { openTransport, type Reply, startTinyServer } from './tiny-server.ts';

const healthy: Reply = { status: 200, json: { status: 'OK' } };
const notFound: Reply = { status: 404, json: { id: 'app.channel.get.existing.app_error' } };
const forbidden: Reply = { status: 403, json: { id: 'api.context.permissions.app_error' } };
const html: Reply = { status: 200, text: '<!doctype html><title>Welcome</title>' };

async function checksOn(routes: Record<string, Reply>): Promise<{ checks: MattermostChecks; paths: string[] }> {
  const paths: string[] = [];
  const server = await startTinyServer(({ method, path }) => {
    const asked = `${method} ${path.replace('/api/v4', '')}`;
    paths.push(asked);
    return asked.includes('/system/ping')
      ? (routes['ping'] ?? healthy)
      : (routes[asked] ?? routes['*'] ?? { status: 404, json: { id: 'api.context.404.app_error' } });
  });
  return {
    checks: createMattermostSink({ transport: openTransport(server.url).send, userId: () => 'me' }),
    paths,
  };
}

/** A recorded answer, as it was on the wire. */
function recorded(name: string): Reply {
  const exchange = readRecordings().find((candidate) => candidate.name === name);
  if (exchange === undefined) throw new Error(`no recording ${name}`);
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...headers } = exchange.headers;
  return { status: exchange.status, headers, text: exchange.text };
}

describe('identify', () => {
  it('knows a bot and the version of the server', async () => {
    const { checks } = await checksOn({ 'GET /users/me': recorded('me.ok.bot') });
    expect(await checks.identify()).toEqual({
      userId: '48bq96iasi8ibb6jxiemnrn54r',
      username: 'livestatus',
      isBot: true,
      serverVersion: '5.37.0',
    });
  });

  it('lets a person through as one', async () => {
    const { checks } = await checksOn({ 'GET /users/me': recorded('me.ok.user_session') });
    expect(await checks.identify()).toMatchObject({ isBot: false });
  });

  it('does without the version', async () => {
    const { checks } = await checksOn({ 'GET /users/me': { status: 200, json: { id: 'u1', username: 'x' } } });
    expect(await checks.identify()).toEqual({ userId: 'u1', username: 'x', isBot: false });
  });

  it('names token and cure when a healthy server refuses the token', async () => {
    const { checks } = await checksOn({ 'GET /users/me': recorded('me.bad_token') });
    await expect(checks.identify()).rejects.toMatchObject({
      reason: 'auth',
      message: expect.stringMatching(/refuses the token.*MM_TOKEN/),
    });
  });

  it('does not blame the token while the database is down', async () => {
    const { checks } = await checksOn({
      'GET /users/me': recorded('db_down.me_uncached_token'),
      ping: recorded('db_down.ping_server_status'),
    });
    await expect(checks.identify()).rejects.toMatchObject({ reason: 'server' });
  });

  it.each<[string, Record<string, Reply>]>([
    ['a web page', { '*': html }],
    ['a page that is not found', { '*': { status: 404, text: '<html></html>' }, ping: { status: 404, text: '<html></html>' } }],
    ['another JSON server that knows no such path', { '*': { status: 404, json: { error: 'not found' } } }],
    ['another JSON server that says yes to everything', { '*': { status: 200, json: { ok: true } } }],
    ['a list', { '*': { status: 200, json: [] } }],
    ['a redirect', { '*': { status: 301, headers: { location: 'https://chat.example.test/' } } }],
  ])('names MM_URL when it leads to %s', async (_name, routes) => {
    const { checks } = await checksOn(routes);
    await expect(checks.identify()).rejects.toMatchObject({ reason: 'server', message: expect.stringContaining('MM_URL') });
  });
});

describe('limits', () => {
  it.each([
    [{ MaxPostSize: '4000' }, 4_000],
    [{ MaxPostSize: 'many' }, 16_383],
    [{}, 16_383],
  ])('reads the text limit from %j', async (json, maxPostChars) => {
    const { checks } = await checksOn({ 'GET /config/client?format=old': { status: 200, json } });
    expect(await checks.limits()).toEqual({ maxPostChars });
  });
});

describe('resolveChannel', () => {
  const wall = { channelId: 'asrygdyyh3f3x8j66i9838fcba', name: 'status-wall', type: 'O' };
  const member = { [`GET /channels/${wall.channelId}/members/me`]: recorded('channel.members.me') };

  it('takes an id or team/channel', async () => {
    const byId = await checksOn({ [`GET /channels/${wall.channelId}`]: recorded('channel.get'), ...member });
    expect(await byId.checks.resolveChannel(wall.channelId)).toEqual(wall);
    const byName = await checksOn({ 'GET /teams/name/fixture/channels/name/status-wall': recorded('channel.by_name'), ...member });
    expect(await byName.checks.resolveChannel('fixture/status-wall')).toEqual(wall);
  });

  it('says that there is no such channel', async () => {
    const { checks } = await checksOn({ 'GET /channels/nope': notFound });
    await expect(checks.resolveChannel('nope')).rejects.toMatchObject({
      reason: 'rejected',
      message: expect.stringMatching(/"nope" does not exist.*team\/channel/),
    });
  });

  it('asks for an invitation to a channel that we are not in, public or private', async () => {
    const secret = await checksOn({ 'GET /channels/c1': forbidden });
    await expect(secret.checks.resolveChannel('c1')).rejects.toMatchObject({
      reason: 'no_access',
      message: expect.stringContaining('add it to'),
    });
    const open = await checksOn({ 'GET /channels/c1': recorded('channel.get'), [Object.keys(member)[0] ?? '']: forbidden });
    await expect(open.checks.resolveChannel('c1')).rejects.toMatchObject({ reason: 'no_access', message: expect.stringContaining('"c1"') });
  });

  it('refuses an archived channel', async () => {
    const { checks } = await checksOn({ 'GET /channels/c1': { status: 200, json: { id: 'c1', name: 'old', type: 'O', delete_at: 7 } } });
    await expect(checks.resolveChannel('c1')).rejects.toMatchObject({ reason: 'archived' });
  });

  it.each(['', 'a/b/c', '../c1', 'team/..', '/c1'])('asks nothing for %j', async (name) => {
    const { checks, paths } = await checksOn({ '*': healthy });
    await expect(checks.resolveChannel(name)).rejects.toMatchObject({ reason: 'rejected' });
    expect(paths).toEqual([]);
  });
});

describe('a direct channel', () => {
  it('is found or created', async () => {
    const { checks } = await checksOn({ 'POST /channels/direct': recordedDirect() });
    expect(await checks.directChannel('u1', 'u2')).toEqual({ channelId: 'd1', name: 'u1__u2', type: 'D' });
  });

  function recordedDirect(): Reply {
    return { status: 201, json: { id: 'd1', name: 'u1__u2', type: 'D' } };
  }
});

describe('threadReplies', () => {
  const root = 'tddth3m3j7bs3bbkomcngmm6hr';

  it('counts a thread that the server sends as a whole', async () => {
    const { checks } = await checksOn({ '*': recorded('thread.get') });
    expect(await checks.threadReplies(root)).toBe(1);
  });

  it('believes the root where the server sends only a page', async () => {
    const post = (id: string, replyCount: number): object => ({ id, channel_id: 'c1', create_at: 1, reply_count: replyCount });
    const { checks } = await checksOn({
      '*': { status: 200, json: { order: ['r', 'a'], posts: { r: post('r', 250), a: post('a', 250) } } },
    });
    expect(await checks.threadReplies('r')).toBe(250);
  });

  it('says that the thread is gone', async () => {
    const { checks } = await checksOn({ '*': recorded('thread.get_deleted_thread') });
    await expect(checks.threadReplies(root)).rejects.toMatchObject({ reason: 'root_gone' });
  });
});
