import { connect } from 'node:net';
import { Pool } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { SAMPLE, sampleSeed } from '../../src/stand-in/sample-seed.ts';
import { serveStandIn } from '../../src/stand-in/server.ts';
import type { StandInServer } from '../../src/stand-in/server.ts';
import { createStandIn } from '../../src/stand-in/stand-in.ts';
import type { StandIn } from '../../src/stand-in/stand-in.ts';

const releases: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

async function started(): Promise<{ standIn: StandIn; server: StandInServer; pool: Pool }> {
  const standIn = createStandIn({ clock: Date, seed: sampleSeed() });
  const server = await serveStandIn(standIn, { port: 0 });
  releases.push(() => server.close());
  const pool = new Pool(server.url, { connections: 2 });
  releases.push(() => pool.destroy());
  return { standIn, server, pool };
}

const headers = { authorization: `Bearer ${SAMPLE.botToken}`, 'content-type': 'application/json' };

async function create(pool: Pool, message: string): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  const body = JSON.stringify({ channel_id: SAMPLE.publicId, message });
  const response = await pool.request({ method: 'POST', path: '/api/v4/posts', headers, body });
  return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
}

/** The code of the error a request ends with. */
async function failure(request: Promise<unknown>): Promise<string> {
  try {
    await request;
    return 'answered';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

describe('the stand-in over sockets', () => {
  it('creates a post and keeps the connection for the next request', async () => {
    const { standIn, pool } = await started();
    expect((await create(pool, 'äöü 😀')).status).toBe(201);
    expect(standIn.posts()[0]?.message).toBe('äöü 😀');
    expect((await create(pool, 'two')).status).toBe(201);
  });

  it('sends doubled rate-limit headers as two headers', async () => {
    const { standIn, pool } = await started();
    standIn.limitRate({ perSecond: 10, burst: 100, by: 'user' });
    expect((await create(pool, 'a')).headers['x-ratelimit-limit']).toEqual(['101', '101']);
  });

  it('resets a connection before or after the request took effect', async () => {
    const { standIn, pool } = await started();
    standIn.faults.add({ fault: { kind: 'reset', applied: false } });
    standIn.faults.add({ fault: { kind: 'reset', applied: true } });
    expect(await failure(create(pool, 'lost'))).toBe('ECONNRESET');
    expect(await failure(create(pool, 'landed'))).toBe('ECONNRESET');
    expect(standIn.posts().map((post) => post.message)).toEqual(['landed']);
  });

  it('breaks off in the middle of an answer', async () => {
    const { standIn, pool } = await started();
    standIn.faults.add({ fault: { kind: 'truncated' } });
    expect(await failure(create(pool, 'a'))).not.toBe('answered');
    expect(standIn.posts()).toHaveLength(1);
  });

  it('lets a stalled request take effect after its client has given up', async () => {
    const { standIn, pool } = await started();
    standIn.faults.add({ fault: { kind: 'stall', ms: 200 } });
    const signal = AbortSignal.timeout(20);
    const body = JSON.stringify({ channel_id: SAMPLE.publicId, message: 'late' });
    expect(await failure(pool.request({ method: 'POST', path: '/api/v4/posts', headers, body, signal }))).not.toBe('answered');
    expect(standIn.posts()).toEqual([]);
    await expect.poll(() => standIn.posts().map((post) => post.message), { timeout: 5000 }).toEqual(['late']);
  });

  it('answers in a proxy’s name with HTML', async () => {
    const { standIn, pool } = await started();
    standIn.faults.add({ fault: { kind: 'status', status: 502, html: true } });
    expect(await create(pool, 'a')).toMatchObject({ status: 502, text: expect.stringContaining('<h1>502 Bad Gateway</h1>') });
  });

  it('down: connections break and are refused; up: the same address serves the same posts', async () => {
    const { standIn, server, pool } = await started();
    await create(pool, 'before');
    standIn.faults.add({ fault: { kind: 'stall', ms: 100 } });
    const stalled = failure(create(pool, 'stalled'));
    await expect.poll(() => standIn.requests.length).toBe(2);
    await server.down();
    expect(['ECONNRESET', 'UND_ERR_SOCKET']).toContain(await stalled);
    expect(await failure(create(pool, 'refused'))).toBe('ECONNREFUSED');
    await server.up();
    expect((await create(pool, 'after')).status).toBe(201);
    expect(standIn.posts().map((post) => post.message)).toEqual(['before', 'after']);
  });
});

describe('the page', () => {
  it('is served with a policy that lets it load nothing from elsewhere', async () => {
    const { pool } = await started();
    const response = await pool.request({ method: 'GET', path: '/' });
    expect(response.headers['content-security-policy']).toContain("default-src 'none'");
    expect(await response.body.text()).toContain('/stand-in/changes');
  });

  it('gets a snapshot first and then every change, and is let go when it leaves', async () => {
    const { standIn, server, pool } = await started();
    const listening = standIn.world.listeners.size;
    await create(pool, 'first');
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    let seen = '';
    socket.on('data', (chunk) => {
      seen += chunk.toString('utf8');
    });
    socket.write('GET /stand-in/changes HTTP/1.1\r\nhost: x\r\n\r\n');
    await expect.poll(() => seen).toMatch(/event: snapshot\ndata: .*"first"/);
    await create(pool, 'second');
    await expect.poll(() => seen).toMatch(/event: post\ndata: .*"second"/);
    socket.destroy();
    await expect.poll(() => standIn.world.listeners.size).toBe(listening);
  });
});
