import { connect } from 'node:net';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../../support/until.ts';
import { boxOf } from './sample-boxes.ts';
import { type PageSetup, type ServedPage, servePage } from './served-page.ts';

const TOKEN = 'correct-horse-battery';

async function served(setup: PageSetup = {}): Promise<ServedPage> {
  const page = await servePage(setup);
  onTestFinished(() => page.stop());
  return page;
}

/** The beginning of an endless answer. */
async function firstOf(
  url: string,
  headers: Record<string, string> = {},
  enough = 'event: pulse',
): Promise<{ status: number; text: string }> {
  const stopped = new AbortController();
  const response = await fetch(url, { headers, signal: stopped.signal });
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (response.status !== 200 || text.includes(enough)) break;
  }
  stopped.abort();
  return { status: response.status, text };
}

/** Sends headers that `fetch` would not. */
async function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    const sent = request(url, { headers, agent: false }, (response) => {
      resolve(response.statusCode);
      response.destroy();
    });
    sent.on('error', reject);
    sent.end();
  });
}

function login(url: string, token: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}login`, { method: 'POST', body: new URLSearchParams({ token }), redirect: 'manual', headers });
}

describe('the page', () => {
  it('has a policy under which nothing but its own files runs', async () => {
    const { url } = await served();
    const response = await fetch(url);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(response.status).toBe(200);
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "img-src 'self' data:",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ])
      expect(policy.split(';').map((directive) => directive.trim())).toContain(part);
    expect(policy).not.toContain('unsafe');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('same-origin');
  });

  it('leaves /health as it is', async () => {
    const { url } = await served({ token: TOKEN });
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await fetch(`${url}health`)).status).toBe(401);
    expect((await fetch(`${url}health`, { headers })).status).toBe(200);
    expect((await fetch(`${url}livez`)).status).toBe(200);
  });

  it('serves no file outside of its folder', async () => {
    const { url } = await served();
    for (const path of [
      'client/../page-routes.ts',
      'client/%2e%2e/page-routes.ts',
      'client/..%2fpage-routes.ts',
      'client/',
      'client/%00',
      'client//etc/passwd',
    ])
      expect([400, 404], path).toContain(await statusOf(`${url}${path}`, {}));
  });
});

describe('who may read', () => {
  it.each(['evil.example', 'evil.example:80', 'localhost.evil.example'])(
    'refuses the name %s, so that no other page can read it',
    async (host) => {
      const { url } = await served();
      for (const path of ['', 'events', 'boxes', 'client/main.js', 'login']) expect(await statusOf(`${url}${path}`, { host })).toBe(403);
    },
  );

  it.each([{ origin: 'http://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }])(
    'refuses the stream and the boxes to a foreign page: %o',
    async (headers) => {
      const { url } = await served();
      for (const path of ['events', 'boxes']) expect(await statusOf(`${url}${path}`, headers)).toBe(403);
    },
  );

  it('with a token asks for it, with a form', async () => {
    const { url } = await served({ token: TOKEN });
    const page = await fetch(url, { redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).toEqual([303, '/login']);
    expect((await firstOf(`${url}events`)).status).toBe(401);
    expect(await (await fetch(`${url}boxes`)).json()).toEqual({ error: expect.stringContaining('Log in') });
    expect(await (await fetch(`${url}login`)).text()).toContain('type="password"');
  });

  it('a bearer token opens page and stream without the form', async () => {
    const { url } = await served({ token: TOKEN, boxes: [boxOf('a')] });
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await fetch(url, { headers })).status).toBe(200);
    expect((await firstOf(`${url}events`, headers)).text).toContain('"id":"a"');
    expect(await (await fetch(`${url}boxes`, { headers })).text()).toContain('"id":"a"');
  });

  it('the form gives a cookie that no script and no other page gets', async () => {
    const { url } = await served({ token: TOKEN, boxes: [boxOf('a')] });
    const answer = await login(url, TOKEN);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/']) expect(cookie).toContain(part);
    expect(cookie).not.toContain(TOKEN);
    const headers = { cookie: cookie.split(';', 1)[0] ?? '' };
    expect((await fetch(url, { headers, redirect: 'manual' })).status).toBe(200);
    expect((await firstOf(`${url}events`, headers)).text).toContain('"id":"a"');
  });

  it('over https the cookie is sent over nothing else', async () => {
    const { url } = await served({ token: TOKEN });
    const answer = await login(url, TOKEN, { origin: url.replace('http:', 'https:').replace(/\/$/, '') });
    expect(answer.headers.get('set-cookie')).toContain('; Secure');
  });

  it('after five wrong tokens even the right one has to wait, and who is logged in has not', async () => {
    const { url } = await served({ token: TOKEN });
    const cookie = (await login(url, TOKEN)).headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    for (let count = 0; count < 5; count += 1) expect((await login(url, `wrong ${count}`)).status).toBe(401);
    const answer = await login(url, TOKEN);
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([429, null]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await fetch(url, { headers: { cookie }, redirect: 'manual' })).status).toBe(200);
  });

  it('wrong tokens in the header are limited on the page and its stream, too; the right one is let in', async () => {
    const { url } = await served({ token: TOKEN });
    const ask = (path: string, token: string) =>
      fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` }, redirect: 'manual' });
    const statuses: number[] = [];
    for (const path of ['', 'boxes', 'events', 'boxes', '', 'events', 'boxes', '']) statuses.push((await ask(path, 'guess')).status);
    expect(statuses).toEqual([303, 401, 401, 401, 303, 429, 429, 429]);
    expect((await ask('boxes', TOKEN)).status).toBe(200);
  });

  it('takes no login from a foreign page, and none without a token to ask for', async () => {
    const { url } = await served({ token: TOKEN });
    expect((await login(url, TOKEN, { origin: 'http://evil.example' })).status).toBe(403);
    const { url: open } = await served();
    expect((await fetch(`${open}login`)).status).toBe(404);
  });

  it.each(['', 'token', 'token=', 'token=%', `token=${'x'.repeat(900)}`, 'token=a&token=b', '\0'])(
    'a form that says %o is a wrong token',
    async (body) => {
      const { url } = await served({ token: TOKEN });
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      expect([400, 401]).toContain((await fetch(`${url}login`, { method: 'POST', body, headers })).status);
    },
  );

  it.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x'])('a form of type %s is refused clearly', async (type) => {
    const { url } = await served({ token: TOKEN });
    const answer = await fetch(`${url}login`, { method: 'POST', body: '"x', headers: { 'content-type': type } });
    expect([400, 401, 415]).toContain(answer.status);
  });
});

describe('the boxes at once', () => {
  it('are what the stream begins with, and no cache keeps them', async () => {
    const page = await served({ boxes: [boxOf('a', { title: 'täglich ◆' }), boxOf('b')] });
    const answer = await fetch(`${page.url}boxes`);
    expect([answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
      'application/json; charset=utf-8',
      'no-store',
    ]);
    const text = await answer.text();
    expect(JSON.parse(text)).toEqual({ boxes: page.picture.boxes(), gone: [] });
    expect(page.tabs.count()).toBe(0);
    expect((await firstOf(`${page.url}events`)).text).toContain(`data: ${text}\n\n`);
  });
});

describe('the stream', () => {
  it('resumes after Last-Event-ID, and says reset to one of another process', async () => {
    const page = await served({ boxes: [boxOf('a')] });
    const first = await firstOf(`${page.url}events`);
    expect(first.text).toContain('event: reset');
    const lastId = /^id: (.+)$/m.exec(first.text)?.[1] ?? '';
    page.put(boxOf('b'));
    const resumed = await firstOf(`${page.url}events`, { 'last-event-id': lastId });
    expect([resumed.text.includes('event: boxes'), resumed.text.includes('"id":"a"'), resumed.text.includes('"id":"b"')]).toEqual([
      true,
      false,
      true,
    ]);
    expect((await firstOf(`${page.url}events?last=${lastId}`)).text).toContain('event: boxes');
    expect((await firstOf(`${page.url}events`, { 'last-event-id': 'other.1' })).text).toContain('event: reset');
  });

  it('nothing is queued for a reader that reads nothing: later it gets the newest state, and others need not wait for it', async () => {
    const page = await served();
    const socket = connect(page.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    socket.pause();
    await until('the stream is open', () => page.tabs.count() > 0);
    const lines = Array.from({ length: 40 }, () => 'x'.repeat(200));
    for (let change = 0; change < 60; change += 1) {
      for (let box = 0; box < 200; box += 1) page.picture.put(boxOf(`box ${box}`, { lines, title: `change ${change}` }));
      page.tabs.changed();
      await sleep(10);
    }
    expect((await firstOf(`${page.url}events`)).text).toContain('change 59');
    const read = { bytes: 0, isNewest: false };
    socket.resume().on('data', (data) => {
      read.bytes += data.length;
      read.isNewest ||= data.includes('change 59');
    });
    await until('the slow reader has the newest state', () => read.isNewest);
    expect(read.bytes).toBeLessThan(40_000_000); // 60 times 1.7 MB would have been queued
  });

  it('outlives the limits for ordinary requests, and many of those', async () => {
    const page = await served();
    const opened = firstOf(`${page.url}events`, {}, '"id":"late"');
    await until('the stream is open', () => page.tabs.count() > 0);
    await Promise.all(
      Array.from({ length: 200 }, () =>
        fetch(`${page.url}livez`)
          .then((answer) => answer.text())
          .catch(() => ''),
      ),
    );
    await sleep(11_000);
    page.put(boxOf('late'));
    expect((await opened).text).toContain('"id":"late"');
  });

  it('one connection has one stream, however many it asks for', async () => {
    const page = await served();
    const socket = connect(page.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.resume().write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(300));
    await until('the stream is open', () => page.tabs.count() > 0);
    expect((await firstOf(`${page.url}events`)).status).toBe(200);
    await until('only the connection of the many is left', () => page.tabs.count() === 1);
  });

  it('two hundred readers that read nothing do not fill the memory', async () => {
    const lines = Array.from({ length: 40 }, () => 'x'.repeat(200));
    const page = await served({ boxes: Array.from({ length: 500 }, (_, box) => boxOf(`box ${box}`, { lines })) });
    const before = process.memoryUsage.rss();
    for (let tab = 1; tab <= 200; tab += 1) {
      const socket = connect(page.port, '127.0.0.1').pause();
      onTestFinished(() => void socket.destroy());
      socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await until('one more is open', () => page.tabs.count() === tab);
    }
    expect((process.memoryUsage.rss() - before) / 2 ** 20).toBeLessThan(400); // 200 times 4 MB would be twice that
  });

  it.each(['', '.', 'x.1', '1', '-1', '\u0001', 'é', 'a.b.c', '9'.repeat(4_000), '__proto__.1', '../../1', '%00', '*', 'null'])(
    'a last event %j of nobody is a reset',
    async (id) => {
      const page = await served({ boxes: [boxOf('a')] });
      const { text } = await firstOf(`${page.url}events?last=${encodeURIComponent(id)}`);
      expect(text).toMatch(/^event: reset\ndata: \{"boxes":\[\{"id":"a"/m);
    },
  );

  it('a version that is not there yet is a reset, too', async () => {
    const page = await served({ boxes: [boxOf('a')] });
    const lastId = /^id: (.+)\.\d+$/m.exec((await firstOf(`${page.url}events`)).text)?.[1] ?? '';
    expect((await firstOf(`${page.url}events`, { 'last-event-id': `${lastId}.999999999` })).text).toContain('event: reset');
  });

  it('more than two hundred tabs are refused, with a reason', async () => {
    const page = await served();
    const stopped = new AbortController();
    onTestFinished(() => stopped.abort());
    const open: Response[] = []; // an answer that nobody holds is closed when memory is collected
    for (let tab = 0; tab < 200; tab += 1) open.push(await fetch(`${page.url}events`, { signal: stopped.signal })); // at once they were too many connections
    const refused = await fetch(`${page.url}events`);
    expect([refused.status, await refused.json()]).toEqual([503, { error: 'Too many tabs are open.' }]);
    expect(new Set(open.map(({ status }) => status))).toEqual(new Set([200]));
  });
});
