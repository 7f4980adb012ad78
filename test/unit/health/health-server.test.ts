import { afterEach, describe, expect, it } from 'vitest';
import type { HealthReport } from '../../../src/http/health-report.ts';
import { createHealthServer, type HealthServer, localHealthUrl } from '../../../src/http/health.ts';
import { judgeHealth } from '../../../src/http/judge-health.ts';
import { watchProcess } from '../../../src/http/process-facts.ts';

const report: HealthReport = judgeHealth({
  version: '1.2.3',
  pid: 7,
  startedAt: 0,
  now: 1,
  sources: [{ name: 'transcripts', condition: { state: 'readable' }, unknownKinds: {}, problems: {} }],
  sourcesChosen: ['The gateway at loopback is watched: it was found.'],
  sink: { breaker: 'closed', reach: { state: 'reached' }, token: { state: 'accepted' }, failuresByReason: {} },
  storage: { state: 'writable' },
  boxes: { active: 0, waiting: 0, dirty: 0, oldestDirtyAgeMs: 0, parked: [] },
  edits: { sent: 0, conflated: 0, skipped: 0 },
  sessions: [],
  process: { rssBytes: 1, eventLoopDelayP99Ms: 0 },
});

const servers: HealthServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function serve(make: () => HealthReport): Promise<string> {
  const server = createHealthServer({ host: '127.0.0.1', port: 0, report: make, redact: (text) => text.replaceAll('hush', '****') });
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

  it('asks for a fresh report each time', async () => {
    let uptimeMs = 0;
    const url = await serve(() => {
      uptimeMs += 1;
      return { ...report, uptimeMs };
    });
    await fetch(url);
    expect(await (await fetch(url)).json()).toMatchObject({ uptimeMs: 2 });
  });

  it('masks secrets in every string', async () => {
    const url = await serve(() => ({ ...report, reason: 'the token hush', sessions: [{ session: 's', agent: 'hush', state: 'active' }] }));
    expect(await (await fetch(url)).text()).not.toContain('hush');
  });

  it.each(['/', '/healthz', '/health/x', '/metrics'])('knows no %s', async (path) => {
    expect((await fetch(new URL(path, await serve(() => report)))).status).toBe(404);
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
    const second = createHealthServer({ host: '127.0.0.1', port: Number(port), report: () => report, redact: (text) => text });
    servers.push(second);
    expect(await second.start()).toEqual({
      kind: 'failed',
      problem: expect.stringMatching(new RegExp(`port ${port} on 127.0.0.1 is taken.*HEALTH_PORT`)),
    });
  });

  it('says so when the address is not one of this machine', async () => {
    const server = createHealthServer({ host: '192.0.2.1', port: 0, report: () => report, redact: (text) => text });
    servers.push(server);
    expect(await server.start()).toEqual({ kind: 'failed', problem: expect.stringContaining('HEALTH_HOST') });
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

describe('watchProcess', () => {
  it('shows a blocked event loop, and next to nothing before', async () => {
    const watch = watchProcess();
    expect(watch.facts().eventLoopDelayP99Ms).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const until = performance.now() + 300;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(watch.facts().eventLoopDelayP99Ms).toBeGreaterThan(200);
    expect(watch.facts().rssBytes).toBeGreaterThan(1_000_000);
    watch.stop();
  });
});
