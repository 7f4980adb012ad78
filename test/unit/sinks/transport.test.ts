import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpTransport } from '../../../src/sinks/mattermost/transport.ts';
import { openTransport, startTinyServer } from './tiny-server.ts';

const ok = { status: 200, json: { fine: true } } as const;
const me = { method: 'GET', path: '/users/me' } as const;
const edit = { method: 'PUT', path: '/posts/p1/patch', body: { message: 'x' } } as const;
const create = { method: 'POST', path: '/posts', body: { pending_post_id: 'once' } } as const;

describe('a request', () => {
  it('carries token, version and JSON, and brings back status, headers and body', async () => {
    const server = await startTinyServer(() => ({ status: 201, headers: { 'x-seen': ['1', '2'] }, json: { id: 'p1' } }));
    const answer = await openTransport(server.url).send(create);
    expect(answer).toMatchObject({ status: 201, headers: { 'x-seen': ['1', '2'] }, body: '{"id":"p1"}' });
    const [asked] = server.asked;
    expect(asked).toMatchObject({ method: 'POST', path: '/api/v4/posts', body: { pending_post_id: 'once' } });
    expect(asked?.headers).toMatchObject({
      authorization: 'Bearer fake-token',
      'user-agent': 'live-status/0.0.0-test',
      'content-type': 'application/json',
    });
  });

  it.each(['', '/'])('goes below the path of the address (ending in "%s")', async (end) => {
    const server = await startTinyServer(() => ok);
    await openTransport(`${server.url}/chat/mattermost${end}`).send(me);
    expect(server.asked[0]?.path).toBe('/chat/mattermost/api/v4/users/me');
  });

  it('reads the token anew each time', async () => {
    const server = await startTinyServer(() => ok);
    const tokens = ['fake-first', 'fake-second'];
    const transport = openTransport(server.url, () => tokens.shift() ?? '');
    await transport.send(me);
    await transport.send(me);
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer fake-first', 'Bearer fake-second']);
  });

  it('leaves the token out when it is anonymous', async () => {
    const server = await startTinyServer(() => ok);
    await openTransport(server.url).send({ ...me, anonymous: true });
    expect(server.asked[0]?.headers.authorization).toBeUndefined();
  });

  it.each(['', 'two words', 'line\nbreak', 'käse'])(
    'is not sent with the impossible token %j, and the error does not quote it',
    async (token) => {
      const server = await startTinyServer(() => ok);
      const failure = await openTransport(server.url, () => token)
        .send(me)
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ reason: 'auth' });
      if (token !== '') expect(String(failure)).not.toContain(token);
      expect(server.asked).toHaveLength(0);
    },
  );

  it('does not follow a redirect, which would take the token elsewhere', async () => {
    const elsewhere = await startTinyServer(() => ok);
    const server = await startTinyServer(() => ({ status: 302, headers: { location: elsewhere.url } }));
    expect((await openTransport(server.url).send(me)).status).toBe(302);
    expect(elsewhere.asked).toHaveLength(0);
  });

  it('is refused when the answer is larger than allowed, and the next one works', async () => {
    const server = await startTinyServer((_, nth) => (nth === 1 ? { status: 200, text: 'x'.repeat(3_000_000) } : ok));
    const transport = openTransport(server.url);
    await expect(transport.send(me)).rejects.toMatchObject({ reason: 'server', message: expect.stringContaining('1048576') });
    expect((await transport.send(me)).status).toBe(200);
  });

  it('may ask for a larger limit', async () => {
    const server = await startTinyServer(() => ({ status: 200, text: 'x'.repeat(3_000_000) }));
    expect((await openTransport(server.url).send({ ...me, maxBytes: 4_000_000 })).body).toHaveLength(3_000_000);
  });
});

describe('the time limit', () => {
  it('ends a request that gets no answer, on the wire as well', async () => {
    const server = await startTinyServer((_, nth) => (nth === 1 ? 'hang' : ok));
    const transport = openTransport(server.url);
    await expect(transport.send({ ...edit, timeoutMs: 50 })).rejects.toMatchObject({ reason: 'timed_out' });
    await transport.send(edit);
    expect(server.connections()).toBe(2);
  });

  it('covers an answer that stops in the middle', async () => {
    const server = await startRawServer((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'));
    await expect(openTransport(server.url).send({ ...me, timeoutMs: 100 })).rejects.toMatchObject({ reason: 'timed_out' });
  });

  it('is joined by the signal of the caller', async () => {
    const server = await startTinyServer(() => 'hang');
    const caller = new AbortController();
    const sent = openTransport(server.url).send({ ...edit, signal: caller.signal });
    setTimeout(() => caller.abort(), 20);
    await expect(sent).rejects.toMatchObject({ reason: 'timed_out', message: expect.stringContaining('caller') });
  });

  it('sends nothing for a caller who has already given up', async () => {
    const server = await startTinyServer(() => ok);
    await expect(openTransport(server.url).send({ ...edit, signal: AbortSignal.abort() })).rejects.toMatchObject({ reason: 'timed_out' });
    expect(server.asked).toHaveLength(0);
  });
});

describe('connections', () => {
  it('are kept and never more than four', async () => {
    const server = await startTinyServer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return ok;
    });
    const transport = openTransport(server.url);
    await Promise.all(Array.from({ length: 24 }, () => transport.send(me)));
    expect(server.asked).toHaveLength(24);
    expect(server.connections()).toBe(4);
  });

  it('that died are replaced and an edit is sent again at once', async () => {
    const server = await startTinyServer((_, nth) => (nth === 2 ? 'reset' : ok));
    const transport = openTransport(server.url);
    await transport.send(edit);
    expect((await transport.send(edit)).status).toBe(200);
    expect(server.asked).toHaveLength(3);
    expect(server.asked[2]?.connection).not.toBe(server.asked[1]?.connection);
  });

  it('survive a restart of the server between two requests', async () => {
    const first = await startTinyServer(() => ok);
    const transport = openTransport(first.url);
    await transport.send(me);
    await first.close();
    await startTinyServer(() => ok, Number(new URL(first.url).port));
    expect((await transport.send(me)).status).toBe(200);
  });

  it('that die twice in a row are a failure: no third attempt', async () => {
    const server = await startTinyServer(() => 'reset');
    await expect(openTransport(server.url).send(edit)).rejects.toMatchObject({ reason: 'unreachable' });
    expect(server.asked).toHaveLength(2);
  });

  it('that died under a create are not tried again, because the post may exist', async () => {
    const server = await startTinyServer(() => 'reset');
    await expect(openTransport(server.url).send(create)).rejects.toMatchObject({ reason: 'unreachable' });
    expect(server.asked).toHaveLength(1);
  });

  it('in flight finish although a sibling died', async () => {
    const server = await startTinyServer(async ({ path }) => {
      if (path.endsWith('/dies')) return 'reset';
      await new Promise((resolve) => setTimeout(resolve, 60));
      return ok;
    });
    const transport = openTransport(server.url);
    const slow = transport.send(me);
    await expect(transport.send({ method: 'GET', path: '/dies' })).rejects.toMatchObject({ reason: 'unreachable' });
    expect((await slow).status).toBe(200);
  });

  it('end with close, which fails what is in flight', async () => {
    const server = await startTinyServer(() => 'hang');
    const transport = createHttpTransport({ baseUrl: server.url, token: () => 'fake-token', version: '0' });
    const sent = transport.send(edit).catch((error: unknown) => error);
    await expect.poll(() => server.asked.length).toBe(1);
    await transport.close();
    expect(await sent).toMatchObject({ reason: 'unreachable' });
  });
});

describe('what cannot be reached', () => {
  it('is said with cause and cure when nothing listens', async () => {
    const server = await startTinyServer(() => ok);
    await server.close();
    await expect(openTransport(server.url).send(me)).rejects.toMatchObject({
      reason: 'unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('is said when the address is https and the server is not', async () => {
    const server = await startTinyServer(() => ok);
    await expect(openTransport(server.url.replace('http:', 'https:')).send(me)).rejects.toMatchObject({
      reason: 'unreachable',
      message: expect.stringContaining('http: instead of https:'),
    });
  });

  it('is said when something listens that does not speak HTTP', async () => {
    const server = await startRawServer((socket) => socket.write('220 mail.example.test ESMTP\r\n'));
    await expect(openTransport(server.url).send(me)).rejects.toMatchObject({
      reason: 'server',
      message: expect.stringContaining('MM_URL'),
    });
  });
});

async function startRawServer(onData: (socket: Socket) => void): Promise<{ url: string }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => onData(socket));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}` };
}
