import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { AccessPolicy } from '../../../src/health/page-access.ts';
import type { CountedSeries } from '../../../src/health/counters.ts';
import type { HealthReport } from '../../../src/health/health-report.ts';
import { createHealthServer, type HealthServer } from '../../../src/health/health-server.ts';
import { localHealthUrl } from '../../../src/health/local-url.ts';
import { describePages, PAGES } from '../../../src/health/pages.ts';
import { reportOf } from './report.ts';
import { until } from '../../support/until.ts';

const PATHS = PAGES.map(({ path }) => path);
const report = reportOf({ sourcesChosen: ['The gateway at loopback is watched: it was found.'] });

const OPEN: AccessPolicy = { onlyLocalNames: true, token: undefined };
const servers: HealthServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function serve(make: () => HealthReport, access: AccessPolicy = OPEN, counted: CountedSeries = {}): Promise<string> {
  const server = createHealthServer({
    host: '127.0.0.1',
    port: 0,
    access,
    parts: { report: make, tasks: () => [], counted: () => counted },
    redact: (text) => text.replaceAll('hush', '****'),
  });
  servers.push(server);
  const started = await server.start();
  if (started.kind === 'failed') throw new Error(started.problem);
  return started.url;
}

describe('GET /health', () => {
  it.each([
    ['ok', 200],
    ['degraded', 200],
    ['down', 503],
  ] as const)('answers %s with %d', async (status, code) => {
    const response = await fetch(await serve(() => ({ ...report, status })));
    expect(response.status).toBe(code);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toMatchObject({
      status,
      sources: [{ name: 'transcripts' }],
      sourcesChosen: ['The gateway at loopback is watched: it was found.'],
    });
  });

  it('answers HEAD with the status alone', async () => {
    const response = await fetch(await serve(() => ({ ...report, status: 'down' })), { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([503, '']);
  });

  it('asks for a fresh report again and again', async () => {
    let uptimeMs = 0;
    const url = await serve(() => {
      uptimeMs += 1;
      return { ...report, uptimeMs };
    });
    const asked = async (): Promise<number> => ((await (await fetch(url)).json()) as HealthReport).uptimeMs;
    const first = await asked();
    let later = first;
    await until('there is a newer one', async () => (later = await asked()) > first); // at once, unless making the first took long
    expect(later).toBe(first + 1);
  });

  it('masks secrets in every string', async () => {
    const url = await serve(() => ({
      ...report,
      reason: 'the token hush',
      sessions: [{ session: 's', agent: 'hush', state: 'active', activity: 'active' }],
    }));
    expect(await (await fetch(url)).text()).not.toContain('hush');
  });

  it.each(['/', '/healthz', '/health/x', '/metricz'])('knows no %s, and says what is there', async (path) => {
    const response = await fetch(new URL(path, await serve(() => report)));
    expect([response.status, await response.json()]).toEqual([404, { error: describePages(PATHS) }]);
  });

  it('says of every page how to ask for it', () => {
    expect(describePages(['/health', '/livez', '/readyz'])).toBe('There are only GET /health, GET /livez and GET /readyz here.');
    for (const path of PATHS) expect(describePages(PATHS)).toContain(`GET ${path}`);
  });

  it('is down, without a stack, when the report cannot be made', async () => {
    const response = await fetch(
      await serve(() => {
        throw new Error('secret path /home/x');
      }),
    );
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'down', reason: 'the report could not be made' });
  });

  it('names the port and the cure when it is taken', async () => {
    const { port } = new URL(await serve(() => report));
    const second = createHealthServer({
      host: '127.0.0.1',
      port: Number(port),
      access: OPEN,
      parts: { report: () => report, tasks: () => [], counted: () => ({}) },
      redact: (text) => text,
    });
    servers.push(second);
    expect(await second.start()).toEqual({
      kind: 'failed',
      problem: expect.stringMatching(new RegExp(`port ${port} on 127.0.0.1 is taken.*HEALTH_PORT`)),
    });
  });

  it('says so when the address is not one of this machine', async () => {
    const server = createHealthServer({
      host: '192.0.2.1',
      port: 0,
      access: OPEN,
      parts: { report: () => report, tasks: () => [], counted: () => ({}) },
      redact: (text) => text,
    });
    servers.push(server);
    expect(await server.start()).toEqual({ kind: 'failed', problem: expect.stringContaining('HEALTH_HOST') });
  });
});

/** What comes back on a raw connection until it is closed. */
async function raw(url: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (data: Buffer) => (answer += data.toString()));
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

function askedBy(url: string, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, url), { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject).end();
  });
}

describe('a request that is wrong', () => {
  const post = (body: string, type = 'application/json'): string =>
    `POST /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

  it.each([
    ['a broken body', post('{'), 400],
    ['a body that would change prototypes', post('{"__proto__":{}}'), 400],
    ['an empty body that says it is JSON', post(''), 400],
    ['a body of a kind nobody reads', post('<x/>', 'text/xml'), 404],
    ['a body that is too large', post(`"${'x'.repeat(2_000)}"`), 413],
    ['another method', post('{}').replace('POST', 'DELETE'), 404],
    ['a broken address', 'GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400],
    ['no HTTP at all', '\u0016\u0003\u0001 hello\r\n\r\n', 400],
    ['no Host', 'GET /health HTTP/1.1\r\n\r\n', 400],
    ['endless headers', `GET /health HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('%s is answered in its own terms and never with down', async (_what, text, status) => {
    const url = await serve(() => report);
    const answer = await raw(url, text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).not.toContain('down');
    expect((await fetch(url)).status).toBe(200);
  });
});

describe('who asks', () => {
  it('under a foreign name is refused on every page, as a browser is that was told that our address is its own', async () => {
    const url = await serve(() => report);
    for (const path of ['/health', '/livez', '/readyz', '/other']) expect(await askedBy(url, path, { host: 'evil.example' })).toBe(403);
    expect(await askedBy(url, '/health', { host: 'localhost' })).toBe(200);
  });

  it('without the token learns only that the process is alive', async () => {
    const url = await serve(() => report, { onlyLocalNames: false, token: 'open-sesame' });
    const ask = (path: string, headers: Record<string, string> = {}) => askedBy(url, path, { host: '10.0.0.3:9090', ...headers });
    for (const path of ['/health', '/readyz', '/other']) expect(await ask(path)).toBe(401);
    expect(await ask('/livez')).toBe(200);
    for (const path of ['/health', '/readyz']) expect(await ask(path, { authorization: 'Bearer open-sesame' })).toBe(200);
  });
});

describe('who guesses the token', () => {
  it('has to wait after five wrong ones, on all pages together; the right one is let in, and /livez is open', async () => {
    const url = await serve(() => report, { onlyLocalNames: true, token: 'open-sesame' });
    const ask = (path: string, token: string) => fetch(new URL(path, url), { headers: { authorization: `Bearer ${token}` } });
    const statuses: number[] = [];
    for (const path of ['/health', '/metrics', '/tasks', '/other', '/readyz', '/health', '/metrics'])
      statuses.push((await ask(path, 'guess')).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    const refused = await ask('/health', 'another guess');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toEqual({ error: expect.stringContaining('Too many wrong tokens') });
    expect((await ask('/health', 'open-sesame')).status).toBe(200);
    expect((await ask('/livez', 'guess')).status).toBe(200);
    expect((await fetch(url)).status).toBe(401);
  });
});

describe('every page', () => {
  it.each(PAGES.map(({ path, isOpen }) => [path, isOpen] as const))('%s is open without a token: %s', async (path, isOpen) => {
    const url = new URL(path, await serve(() => report, { onlyLocalNames: true, token: 'sesame' }));
    const refused = await fetch(url);
    expect(refused.status).toBe(isOpen ? 200 : 401);
    const response = await fetch(url, { headers: { authorization: 'Bearer sesame' } });
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
  });
});

describe('GET /metrics', () => {
  const counted = { cost_usd: [{ labels: { agent: 'hush' }, value: 2 }] };

  it('answers in the form that the reader asks for, with secrets masked', async () => {
    const url = new URL('/metrics', await serve(() => report, OPEN, counted));
    const plain = await fetch(url);
    expect(plain.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await plain.text();
    expect(text).toContain('live_status_cost_usd_total{agent="****"} 2\n');
    expect(text).not.toContain('hush');
    const open = await fetch(url, { headers: { accept: 'application/openmetrics-text; version=1.0.0' } });
    expect(open.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(await open.text()).toMatch(/^# EOF\n$/m);
  });

  it('answers with what is, also while health is down, and says so when it cannot', async () => {
    const down = await fetch(new URL('/metrics', await serve(() => ({ ...report, status: 'down' }))));
    expect(down.status).toBe(200);
    expect(await down.text()).toContain('live_status_health{status="down"} 1');
    const broken = await serve(() => {
      throw new Error('no report');
    });
    expect((await fetch(new URL('/metrics', broken))).status).toBe(503);
  });
});

describe('GET /readyz and /livez', () => {
  it('say ready or what is waited for, whatever else is degraded, and that the process is alive', async () => {
    const told: HealthReport[] = [
      report,
      { ...report, status: 'degraded' },
      { ...report, notReady: 'Mattermost hush has not answered yet' },
    ];
    const codes: number[] = [];
    // A server of its own for each: a report that took long is not made anew for a while.
    for (const current of told) codes.push((await fetch(new URL('/readyz', await serve(() => current)))).status);
    expect(codes).toEqual([200, 200, 503]);
    const waiting = await serve(() => ({ ...report, notReady: 'Mattermost hush has not answered yet' }));
    expect(await (await fetch(new URL('/readyz', waiting))).json()).toEqual({
      status: 'waiting',
      reason: 'Mattermost **** has not answered yet',
    });
    const broken = await serve(() => {
      throw new Error('no report');
    });
    expect((await fetch(new URL('/livez', broken))).status).toBe(200);
  });
});

describe('clients that only hold their connection', () => {
  const held: Socket[] = [];
  afterEach(() => {
    for (const socket of held.splice(0)) socket.destroy();
  });

  function hold(url: string, text: string): Socket {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
    held.push(socket);
    socket.write(text);
    return socket;
  }

  it('are sent away after five seconds, also when they send a byte now and then', { timeout: 30_000 }, async () => {
    const url = await serve(() => report);
    const startedAt = performance.now();
    const slow = ['GET /health HTTP/1.1\r\nHost: x\r\nX: ', 'POST /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{'].map(
      (text) => hold(url, text),
    );
    const mute = hold(url, '');
    const drip = setInterval(() => slow.forEach((socket) => socket.write('x')), 500);
    await Promise.all([...slow, mute].map(async (socket) => socket.closed || once(socket.resume(), 'close')));
    clearInterval(drip);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });

  it('cannot lock anybody out, two thousand of them', { timeout: 30_000 }, async () => {
    const url = await serve(() => report);
    for (let client = 0; client < 2_000; client++) {
      hold(url, client % 2 === 0 ? '' : 'GET /health HTTP/1.1\r\nHost: localhost\r\nX: ');
      if (client % 500 === 499) {
        await expect.poll(() => held.filter(({ connecting }) => connecting).length, { timeout: 10_000 }).toBe(0);
        await sleep(50);
        const askedAt = performance.now();
        expect((await fetch(url)).status).toBe(200);
        // Before the first of them would be sent away by its five seconds: it is not they who made room.
        expect(performance.now() - askedAt).toBeLessThan(4_000);
      }
    }
    await expect.poll(() => held.filter((socket) => !socket.closed).length, { timeout: 5_000 }).toBeLessThanOrEqual(64);
  });
});

describe('a report that takes long', () => {
  it('takes at most a tenth of the time, however often it is asked for', async () => {
    let made = 0;
    const url = await serve(() => {
      made += 1;
      for (const until = performance.now() + 50; performance.now() < until; );
      return report;
    });
    const startedAt = performance.now();
    for (let asked = 0; asked < 100; asked++) await fetch(url);
    expect(made).toBeLessThanOrEqual(2 + (performance.now() - startedAt) / 500);
  });
});

describe('localHealthUrl', () => {
  it.each([
    ['127.0.0.1', 9090, 'http://127.0.0.1:9090/health'],
    ['0.0.0.0', 9090, 'http://127.0.0.1:9090/health'],
    ['::', 9090, 'http://[::1]:9090/health'],
    ['::1', 9090, 'http://[::1]:9090/health'],
    ['host', 80, 'http://host:80/health'],
    ['127.0.0.1', 0, undefined],
  ])('%s:%d is reached at %s', (host, port, url) => expect(localHealthUrl(host, port)).toBe(url));
});
