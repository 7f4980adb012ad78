// The page of the real program under attack: by other pages in a browser of this machine, by programs that guess the token, and by those
// that only take room.

import { connect, type Socket } from 'node:net';
import { request } from 'node:http';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { until } from '../support/until.ts';
import { ask } from './asking.ts';
import { expectToWithstand } from './attack-checks.ts';
import { createRig, type Rig, type Watcher } from './harness.ts';

vi.setConfig({ testTimeout: 180_000 });

const TOKEN = 'correct-horse-battery';
const OPEN = 'GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n';
const ROUNDS = 100; // of twenty connections: fewer at once than the limit, beyond which the oldest is closed, whosever it is
const PATHS = [
  '/',
  '/events',
  '/events?last=a.1',
  '/boxes',
  '/client/main.js',
  '/login',
  '/health',
  '/metrics',
  '/tasks',
  '/readyz',
  '/livez',
];

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

/** 0 where the connection is closed without an answer. */
function statusOf({ healthUrl }: Watcher, path: string, headers: Record<string, string> = {}, body?: string): Promise<number> {
  return new Promise((resolve) => {
    const method = body === undefined ? 'GET' : 'POST';
    const sent = request(new URL(path, healthUrl), { method, headers, agent: false }, (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    sent.on('error', () => resolve(0));
    sent.end(body);
  });
}

function open({ healthUrl }: Watcher, bytes: string): Socket {
  const socket = connect(Number(new URL(healthUrl).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined).write(bytes);
  return socket;
}

/** What a tab is told from now on. */
function tab(watcher: Watcher): () => string {
  let text = '';
  open(watcher, OPEN).on('data', (data: Buffer) => (text += data.toString()));
  return () => text;
}

it('a page of another name or address gets nothing, whatever its headers say', async () => {
  const watcher = await (await rig.watcher({ PAGE: 'on' })).ready();
  const hosts = ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1', '169.254.169.254', '[fe80::1]', '0.0.0.0'];
  for (const path of PATHS)
    for (const host of hosts) expect([path, host, await statusOf(watcher, path, { host })]).toEqual([path, host, 403]);
  const foreign = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:1' },
    { origin: 'garbage' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'x' },
  ];
  for (const headers of foreign) expect([headers, await statusOf(watcher, '/events', headers)]).toEqual([headers, 403]);
});

it('a token is not guessed by many tries at once, whoever tries elsewhere', async () => {
  const watcher = await (await rig.watcher({ PAGE: 'on', HEALTH_TOKEN: TOKEN })).ready();
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const login = (token: string): Promise<number> => statusOf(watcher, '/login', type, `token=${token}`);
  const statuses: number[] = [];
  for (let round = 0; round < 20; round += 1)
    statuses.push(...(await Promise.all(Array.from({ length: 16 }, (_, index) => login(`guess-${round}-${index}`)))));
  expect(new Set(statuses)).toEqual(new Set([401, 429]));
  expect(statuses.slice(0, 16).filter((status) => status === 401)).toHaveLength(5);
  expect(await statusOf(watcher, '/', { authorization: `Bearer ${TOKEN}` })).toBe(200);
  for (const cookie of ['live-status=', 'live-status=9.9', `live-status=99999999999999.${'0'.repeat(64)}`, `live-status=${TOKEN}`])
    expect([cookie, await statusOf(watcher, '/events', { cookie })]).toEqual([cookie, 401]);
});

it('headers without end and last events of nobody are answered, and the page goes on', async () => {
  const watcher = await (await rig.watcher({ PAGE: 'on' })).ready();
  for (const name of ['last-event-id', 'cookie', 'origin', 'x-y'])
    expect([name, await statusOf(watcher, '/events', { [name]: 'v'.repeat(100_000) })]).toEqual([name, 431]);
  for (const id of ['', 'x', '1', `${'9'.repeat(8_000)}`, 'a.b', '__proto__.1'])
    expect([id.length, await statusOf(watcher, '/events', { 'last-event-id': id })]).toEqual([id.length, 200]);
  const told = tab(watcher);
  ask(rig, 1);
  await until('the box is on the page', () => told().includes('[ACTIVE]'), { detail: told });
});

it('readers that read nothing, thousands of connections and streams that are left at once: turns go on, and an open tab sees them', async () => {
  let told = (): string => '';
  const watcher = await expectToWithstand(
    rig,
    async (attacked) => {
      told = tab(attacked);
      await until('the tab is open', () => told().includes('event: reset'), { detail: told });
      open(attacked, OPEN.repeat(100)).pause();
      for (let round = 0; round < ROUNDS; round += 1) {
        for (let index = 0; index < 4; index += 1) open(attacked, OPEN).pause();
        for (let index = 0; index < 16; index += 1) {
          const socket = open(attacked, index % 2 === 0 ? OPEN : 'GET /');
          socket.once('connect', () => socket.resetAndDestroy());
        }
        await until('the watcher answers meanwhile', async () => (await statusOf(attacked, '/livez')) === 200);
      }
    },
    { env: { PAGE: 'on' } },
  );
  await until('the open tab has the turns since', () => told().includes('[DONE]'), { detail: told });
  expect(watcher.isRunning).toBe(true);
});
