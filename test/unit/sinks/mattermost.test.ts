import { describe, expect, it } from 'vitest';
import type { PostDraft, Reason, Sink } from '../../../src/core/sink.ts';
import type { MattermostChecks } from '../../../src/sinks/mattermost/checks.ts';
import { createMattermostSink } from '../../../src/sinks/mattermost/mattermost.ts';
import { type Asked, openTransport, type Reply, startTinyServer, type TinyServer } from './tiny-server.ts';

const own = { id: 'p1', user_id: 'me', channel_id: 'c1', root_id: '', create_at: 5, delete_at: 0, props: { livestatus: { box: 'b' } } };
const healthy: Reply = { status: 200, json: { status: 'OK', database_status: 'OK', filestore_status: 'OK' } };
const databaseDown: Reply = { status: 500, json: { status: 'UNHEALTHY', database_status: 'UNHEALTHY', filestore_status: 'OK' } };
const draft: PostDraft = { target: { channelId: 'c1', rootId: 'r1' }, pendingPostId: 'once', props: { attachments: [{ text: 'x' }] } };

function refused(status: number, id = ''): Reply {
  return { status, json: { id, message: 'no', detailed_error: '', status_code: status } };
}

const forbidden = refused(403, 'api.context.permissions.app_error');
const expired = refused(401, 'api.context.session_expired.app_error');
const html: Reply = { status: 502, headers: { 'content-type': 'text/html' }, text: '<html>Bad Gateway</html>' };

type Routes = Record<string, Reply | ((asked: Asked) => Reply)>;

/** A sink on a server with these answers; anything else is an unknown route. */
async function sinkOn(
  routes: Routes,
  onEndless: (channelId: string) => void = () => undefined,
): Promise<{ sink: Sink & MattermostChecks; server: TinyServer; paths: () => string[] }> {
  const server = await startTinyServer((asked) => {
    const route =
      routes[`${asked.method} ${asked.path.replace('/api/v4', '')}`] ?? routes['*'] ?? refused(404, 'api.context.404.app_error');
    return typeof route === 'function' ? route(asked) : route;
  });
  const sink = createMattermostSink({ transport: openTransport(server.url).send, userId: () => 'me', onEndless });
  return { sink, server, paths: () => server.asked.map(({ method, path }) => `${method} ${path.replace('/api/v4', '')}`) };
}

const PING = 'GET /system/ping?get_server_status=true';
const PATCH = 'PUT /posts/p1/patch';
const GET_POST = 'GET /posts/p1';
const MEMBER = 'GET /channels/c1/members/me';
const CREATE = 'POST /posts';

describe('create', () => {
  it('sends target, custom type, pending id and an empty message for the attachment style', async () => {
    const { sink, server } = await sinkOn({ [CREATE]: { status: 201, json: own } });
    expect(await sink.create(draft)).toEqual({ postId: 'p1' });
    expect(server.asked[0]?.body).toEqual({
      channel_id: 'c1',
      root_id: 'r1',
      message: '',
      props: draft.props,
      type: 'custom_livestatus',
      pending_post_id: 'once',
    });
  });

  it('keeps the mark of a bot, which every edit of props would take away, and gives none to a person', async () => {
    for (const isBot of [true, false]) {
      const server = await startTinyServer(() => ({ status: 201, json: own }));
      const sink = createMattermostSink({ transport: openTransport(server.url).send, userId: () => 'me', isBot: () => isBot });
      await sink.create(draft);
      await sink.edit('p1', { props: { a: 1 } });
      const marks = server.asked.map(({ body }) => (body as { props: Record<string, unknown> }).props['from_bot']);
      expect(marks).toEqual(isBot ? ['true', 'true'] : [undefined, undefined]);
    }
  });

  it('does not believe in a post without an id', async () => {
    const { sink } = await sinkOn({ [CREATE]: { status: 201, json: {} } });
    await expect(sink.create(draft)).rejects.toMatchObject({ reason: 'server' });
  });

  it.each<[string, Reply, Reply, Reason]>([
    ['401, healthy', expired, healthy, 'auth'],
    ['401, database down', expired, databaseDown, 'server'],
    ['403, healthy', forbidden, healthy, 'no_access'],
    ['400 channel, database down', refused(400, 'api.context.invalid_param.app_error'), databaseDown, 'server'],
    ['400 of an unknown kind, healthy', refused(400, 'api.some.thing'), healthy, 'rejected'],
    ['400 root, healthy', refused(400, 'api.post.create_post.root_id.app_error'), healthy, 'root_gone'],
    ['400 root, database down', refused(400, 'api.post.create_post.root_id.app_error'), databaseDown, 'server'],
    ['400 archived', refused(400, 'api.post.create_post.can_not_post_to_deleted.error'), healthy, 'archived'],
    ['400 too long', refused(400, 'model.post.is_valid.msg.app_error'), healthy, 'too_large'],
    ['500 still pending', refused(500, 'api.post.deduplicate_create_post.pending'), healthy, 'in_progress'],
    ['500 deleted meanwhile', refused(500, 'api.post.deduplicate_create_post.failed_to_get'), healthy, 'gone'],
    ['500 on the content', refused(500, 'app.post.save.app_error'), healthy, 'rejected'],
    ['500 with a blanked id', refused(500), healthy, 'rejected'],
    ['500, database down', refused(500), databaseDown, 'server'],
    ['400, and the server dies', refused(400), 'reset', 'unreachable'],
    ['401, and the health check is limited', expired, { status: 429, text: 'limit exceeded\n' }, 'rate_limited'],
    ['a page of a proxy', html, healthy, 'server'],
    ['a page of a firewall about this text', { status: 403, text: '<html>blocked</html>' }, healthy, 'rejected'],
  ])('understands %s', async (_name, answer, health, reason) => {
    const { sink } = await sinkOn({ [CREATE]: answer, [PING]: health });
    await expect(sink.create(draft)).rejects.toMatchObject({ name: 'PushError', reason });
  });
});

describe('edit', () => {
  it('patches props alone when the body has no message, and both when it has', async () => {
    const { sink, server } = await sinkOn({ [PATCH]: { status: 200, json: own } });
    await sink.edit('p1', { props: { a: 1 } });
    await sink.edit('p1', { message: '', props: { a: 2 } });
    expect(server.asked.map(({ body }) => body)).toEqual([{ props: { a: 1 } }, { message: '', props: { a: 2 } }]);
  });

  const post = (change: object = {}): Reply => ({ status: 200, json: { ...own, ...change } });
  it.each<[string, Routes, Reason]>([
    ['the database is down', { [PING]: databaseDown }, 'server'],
    ['the server hangs up', { [PING]: 'reset' }, 'unreachable'],
    ['the post is deleted', { [PING]: healthy, [GET_POST]: refused(404, 'app.post.get.app_error') }, 'gone'],
    ['the channel may not even be read', { [PING]: healthy, [GET_POST]: forbidden }, 'no_access'],
    ['the account is no member', { [PING]: healthy, [GET_POST]: post(), [MEMBER]: forbidden }, 'no_access'],
    ['the account lacks the permission', { [PING]: healthy, [GET_POST]: post(), [MEMBER]: { status: 200, json: {} } }, 'edit_forbidden'],
    ['the post is of another account', { [PING]: healthy, [GET_POST]: post({ user_id: 'other' }) }, 'edit_forbidden'],
    ['the token is revoked in between', { [PING]: healthy, [GET_POST]: expired }, 'auth'],
    ['looking at the post fails', { [PING]: healthy, [GET_POST]: html }, 'server'],
    ['looking at the membership is limited', { [PING]: healthy, [GET_POST]: post(), [MEMBER]: { status: 429 } }, 'rate_limited'],
  ])('that is forbidden is understood when %s', async (_name, routes, reason) => {
    const { sink } = await sinkOn({ [PATCH]: forbidden, ...routes });
    await expect(sink.edit('p1', { props: {} })).rejects.toMatchObject({ reason });
  });

  it.each([forbidden, refused(404, 'app.post.get.app_error')])(
    'that is refused only once was a moment without database: it is written after all',
    async (first) => {
      let edits = 0;
      const flaky = (): Reply => ((edits += 1) === 1 ? first : { status: 200, json: own });
      const { sink } = await sinkOn({ [PATCH]: flaky, [PING]: healthy, [GET_POST]: post(), [MEMBER]: { status: 200, json: {} } });
      await expect(sink.edit('p1', { props: {} })).resolves.toBeUndefined();
      expect(edits).toBe(2);
    },
  );

  it('asks nothing further for answers that speak for themselves', async () => {
    const { sink, paths } = await sinkOn({ [PATCH]: refused(400, 'api.post.patch_post.can_not_update_post_in_deleted.error') });
    await expect(sink.edit('p1', { props: {} })).rejects.toMatchObject({ reason: 'archived' });
    expect(paths()).toEqual([PATCH]);
  });

  it('passes on how long a limited server wants to be left alone, at least a second', async () => {
    const limited = await sinkOn({ [PATCH]: { status: 429, headers: { 'retry-after': ['7', '7'] }, text: 'limit exceeded\n' } });
    await expect(limited.sink.edit('p1', { props: {} })).rejects.toMatchObject({ reason: 'rate_limited', retryAfterMs: 7_000 });
    const silent = await sinkOn({ [PATCH]: { status: 429, text: 'limit exceeded\n' } });
    await expect(silent.sink.edit('p1', { props: {} })).rejects.toMatchObject({ reason: 'rate_limited', retryAfterMs: 1_000 });
  });

  it('never quotes what the server says, which may quote the post', async () => {
    const { sink } = await sinkOn({ [PATCH]: { status: 400, json: { id: 'x.y', message: 'bad text: hunter2' } }, [PING]: healthy });
    const failure: unknown = await sink.edit('p1', { props: {} }).catch((error: unknown) => error);
    expect(String(failure)).toContain('x.y');
    expect(String(failure)).not.toContain('hunter2');
  });

  it.each(['', '.', '..', '\ud800'])('sends nothing for the id %j, which would be another path', async (id) => {
    const { sink, server } = await sinkOn({ '*': healthy });
    await expect(sink.edit(id, { props: {} })).rejects.toMatchObject({ reason: 'rejected' });
    expect(server.asked).toHaveLength(0);
  });

  it('escapes ids', async () => {
    const { sink, paths } = await sinkOn({ '*': { status: 200, json: own } });
    await sink.edit('../users?x#', { props: {} });
    expect(paths()).toEqual(['PUT /posts/..%2Fusers%3Fx%23/patch']);
  });
});

describe('read', () => {
  it('returns target, time and the unvalidated mark', async () => {
    const { sink } = await sinkOn({ [GET_POST]: { status: 200, json: { ...own, root_id: 'r1' } } });
    expect(await sink.read('p1')).toEqual({ postId: 'p1', target: { channelId: 'c1', rootId: 'r1' }, createdAt: 5, meta: { box: 'b' } });
  });

  it('is undefined for a post that is deleted or unknown', async () => {
    const unknown = await sinkOn({ [GET_POST]: refused(404, 'app.post.get.app_error') });
    expect(await unknown.sink.read('p1')).toBeUndefined();
    const deleted = await sinkOn({ [GET_POST]: { status: 200, json: { ...own, delete_at: 9 } } });
    expect(await deleted.sink.read('p1')).toBeUndefined();
  });

  it('does not take an unknown route, a proxy or another JSON server for a deleted post', async () => {
    const routes: Reply[] = [
      refused(404, 'api.context.404.app_error'),
      { status: 404, text: '<html></html>' },
      { status: 200, json: { ok: 1 } },
    ];
    for (const reply of routes) {
      const { sink } = await sinkOn({ [GET_POST]: reply, [PING]: healthy });
      await expect(sink.read('p1')).rejects.toMatchObject({ name: 'PushError' });
    }
  });
});

describe('findOwn', () => {
  /** Posts `newest` down to 1, created at ten times their number; every third is ours. */
  function channel(newest: number): Routes {
    const ids = Array.from({ length: newest }, (_, index) => newest - index);
    const json = (number: number): object => ({
      ...own,
      id: `p${number}`,
      create_at: number * 10,
      user_id: number % 3 === 0 ? 'me' : 'other',
    });
    return {
      '*': ({ path }) => {
        const query = new URL(path, 'http://any').searchParams;
        const from = Number(query.get('page')) * Number(query.get('per_page'));
        const page = ids.slice(from, from + Number(query.get('per_page')));
        const root = { ...own, id: 'a-root', create_at: 1 };
        return {
          status: 200,
          json: { order: page.map((id) => `p${id}`), posts: { ...Object.fromEntries(page.map((id) => [`p${id}`, json(id)])), root } },
        };
      },
    };
  }

  it('pages back to the given time and returns own marked posts, newest first', async () => {
    const { sink, paths } = await sinkOn(channel(900));
    const found = await sink.findOwn('c1', 4_500);
    expect(found.map(({ postId }) => postId)).toEqual(Array.from({ length: 151 }, (_, index) => `p${900 - index * 3}`));
    expect(paths()).toEqual([0, 1, 2].map((page) => `GET /channels/c1/posts?page=${page}&per_page=200`));
  });

  it('ends with the channel', async () => {
    const { sink, paths } = await sinkOn(channel(400));
    expect(await sink.findOwn('c1', 0)).toHaveLength(133);
    expect(paths()).toHaveLength(3);
  });

  it('ends when a server sends the same page again and again', async () => {
    const posts = Array.from({ length: 200 }, (_, index) => ({ ...own, id: `p${index}`, create_at: 50 }));
    const json = { order: posts.map(({ id }) => id), posts: Object.fromEntries(posts.map((post) => [post.id, post])) };
    const { sink, paths } = await sinkOn({ '*': { status: 200, json } });
    expect(await sink.findOwn('c1', 0)).toHaveLength(200);
    expect(paths()).toHaveLength(2);
  });

  it('ends, and says so, when a server always has more', async () => {
    const endless: string[] = [];
    const { sink, paths } = await sinkOn(
      {
        '*': ({ path }) => {
          const page = Number(new URL(path, 'http://any').searchParams.get('page'));
          const posts = Array.from({ length: 200 }, (_, index) => ({ ...own, id: `p${page}-${index}`, create_at: 4_000_000_000_000 }));
          return {
            status: 200,
            json: { order: posts.map(({ id }) => id), posts: Object.fromEntries(posts.map((post) => [post.id, post])) },
          };
        },
      },
      (channelId) => endless.push(channelId),
    );
    expect(await sink.findOwn('c1', 0)).toHaveLength(4_000);
    expect(paths()).toHaveLength(20);
    expect(endless).toEqual(['c1']);
  });

  it('passes over posts without the mark, and reads pages of megabytes', async () => {
    const unmarked = { ...own, id: 'p2', props: { other: 1 } };
    const json = { order: ['p2', 'p1'], posts: { p1: { ...own, message: 'x'.repeat(3_000_000) }, p2: unmarked } };
    const { sink } = await sinkOn({ '*': { status: 200, json } });
    expect((await sink.findOwn('c1', 0)).map(({ postId }) => postId)).toEqual(['p1']);
  });

  it('says when the channel is closed to us, or when the answer is no list', async () => {
    const closed = await sinkOn({ '*': forbidden, [PING]: healthy });
    await expect(closed.sink.findOwn('c1', 0)).rejects.toMatchObject({ reason: 'no_access' });
    const strange = await sinkOn({ '*': { status: 200, json: { posts: [] } } });
    await expect(strange.sink.findOwn('c1', 0)).rejects.toMatchObject({ reason: 'server' });
  });
});

describe('probe', () => {
  it('sends no token, because servers log tokens that they refuse', async () => {
    const { sink, server } = await sinkOn({ [PING]: healthy });
    await sink.probe();
    expect(server.asked[0]?.headers.authorization).toBeUndefined();
  });

  it.each<[string, Reply]>([
    ['a server that does not tell about its database', { status: 200, json: { status: 'OK' } }],
    [
      'a broken file store, which posts do not need',
      { status: 500, json: { status: 'UNHEALTHY', database_status: 'OK', filestore_status: 'UNHEALTHY' } },
    ],
  ])('is content with %s', async (_name, reply) => {
    const { sink } = await sinkOn({ [PING]: reply });
    await expect(sink.probe()).resolves.toBeUndefined();
  });

  it.each<[string, Reply, Reason]>([
    ['a database that is down', databaseDown, 'server'],
    ['200 with a database that is down', { status: 200, json: { status: 'OK', database_status: 'UNHEALTHY' } }, 'server'],
    ['200 from something else', { status: 200, json: { hello: 'world' } }, 'server'],
    ['a page', { status: 200, text: '<html></html>' }, 'server'],
    ['a refusal', forbidden, 'server'],
    ['the limiter', { status: 429, headers: { 'retry-after': '3' } }, 'rate_limited'],
    ['a reset', 'reset', 'unreachable'],
  ])('is not content with %s', async (_name, reply, reason) => {
    const { sink } = await sinkOn({ [PING]: reply });
    await expect(sink.probe()).rejects.toMatchObject({ reason });
  });
});
