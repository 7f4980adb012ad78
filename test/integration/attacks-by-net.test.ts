// What a gateway, a Mattermost server or clients of health do who want the watcher to do nothing else.

import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectToWithstand, expectHealth } from './attack-checks.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { type Served, ScriptedGateway } from '../unit/sources/openclaw/gateway/scripted-gateway.ts';
import { Bystander } from './bystander.ts';
import { createRig, type Rig, type Watcher } from './harness.ts';
import { OneAgent } from './one-agent.ts';
import { until } from '../support/until.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

describe('clients of health', () => {
  it('that hold two thousand connections stop neither boxes nor health, also where file handles are few', async () => {
    const held: Socket[] = [];
    let drip: NodeJS.Timeout | undefined;
    const attack = async ({ healthUrl }: Watcher) => {
      const port = Number(new URL(healthUrl).port);
      drip = setInterval(() => held.forEach((socket) => socket.write('x')), 1_000);
      for (let client = 0; client < 2_000; client++) {
        const socket = connect(port, '127.0.0.1').on('error', () => undefined);
        if (client % 2 === 0) socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\nX: ');
        held.push(socket);
        if (client % 50 === 0) await sleep(1);
      }
    };
    await expectToWithstand(rig, attack, { watcher: { prefix: ['prlimit', '--nofile=256'] } });
    await until('all are sent away', () => held.every(({ closed }) => closed));
    clearInterval(drip);
  });
});

describe('a hostile gateway', () => {
  let gateway: ScriptedGateway;
  afterEach(() => gateway.close());

  /** Lets it do something between turns of an agent that writes transcripts. */
  async function expectToWithstandGateway(attack: (served: Served) => Promise<void>): Promise<Watcher> {
    gateway = new ScriptedGateway();
    const env = { GATEWAY_URL: await gateway.listen(), GATEWAY_TOKEN: 'fake-gateway-token' };
    return expectToWithstand(rig, () => attack(gateway.newest), { env });
  }

  it('that starts twenty thousand sessions takes no place from the agents beside it, and health says so', async () => {
    const watcher = await expectToWithstandGateway(async (served) => {
      for (let session = 0; session < 20_000; session++) {
        const sessionKey = `agent:hostile:mattermost:channel:${SAMPLE.publicId}:thread:${session}`;
        const marks = { id: `m${session}`, senderId: SAMPLE.aliceId, recordTimestampMs: Date.now() };
        served.event('session.message', { sessionKey, messageId: marks.id, message: { role: 'user', content: 'go', __openclaw: marks } });
        served.event('agent', { sessionKey, runId: `r${session}`, stream: 'lifecycle', ts: Date.now(), data: { phase: 'start' } });
        if (session % 100 === 0) await sleep(1);
      }
    });
    await expectHealth(watcher, /sessions are not watched, because there are too many at once; the newest is of agent hostile/);
  });

  it('that sends frames of ten megabytes and pings without end holds nobody up', async () => {
    const ten = 'x'.repeat(10 * 1024 * 1024);
    const watcher = await expectToWithstandGateway(async (served) => {
      for (let frame = 0; frame < 30; frame++) {
        served.event('agent', { sessionKey: 'agent:hostile:main', runId: 'r', stream: 'assistant', data: { text: ten } });
        for (let ping = 0; ping < 500; ping++) served.socket.ping();
        await sleep(50);
      }
    });
    const skipped = async () => (await watcher.health()).sources.find(({ name }) => name === 'gateway')?.problems['garbage'];
    await until('all are counted', async () => (await skipped()) === 30);
  });
});

describe('a hostile Mattermost', () => {
  let server: Server;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** A watcher of a server that answers like this, and somebody who looks on from before its first question is answered. */
  async function watching(answer: RequestListener): Promise<[Watcher, Bystander]> {
    server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const watcher = await rig.watcher({ MM_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    await watcher.says('The watcher runs');
    return [watcher, await Bystander.beside(watcher)];
  }

  it('whose channels never end is asked within the budget, and health says so', async () => {
    const asked: string[] = [];
    const [watcher, bystander] = await watching((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answerTo(request.url ?? '')));
    });
    const begunAt = performance.now();
    await expectHealth(watcher, /channel c+ has more posts of the last hour than are searched/);
    await sleep(3_000);
    const pages = asked.filter((path) => path.includes('/posts?page='));
    expect(pages.length).toBeLessThanOrEqual(5 * ((performance.now() - begunAt) / 1_000 + 3) + 10);
    expect(pages.length).toBeLessThanOrEqual(20 * 2);
    expect(await bystander.harm()).toEqual([]);
  });

  it.each([
    ['never end', (response: ServerResponse) => setInterval(() => response.write('x'.repeat(1_000_000)), 5)],
    ['come byte by byte', (response: ServerResponse) => setInterval(() => response.write(' '), 1_000)],
  ])('whose answers %s is an outage that health names, and costs nothing else', async (_how, drip) => {
    const drips: NodeJS.Timeout[] = [];
    const [watcher, bystander] = await watching((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = drip(response);
      drips.push(timer);
      response.once('close', () => clearInterval(timer));
    });
    new OneAgent(rig.writer, 'good').begin();
    await expectHealth(watcher, /Mattermost is not reached: .*(larger than \d+ bytes|no complete answer within)/);
    await sleep(5_000);
    expect(await bystander.harm()).toEqual([]);
    drips.forEach(clearInterval);
  });

  it('that asks to be left alone for years is asked again within the hour, and health says until when', async () => {
    const [watcher, bystander] = await watching((request, response) => {
      const isWrite = request.method === 'POST';
      response.writeHead(isWrite ? 429 : 200, {
        'content-type': 'application/json',
        ...(isWrite ? { 'retry-after': '999999999999' } : {}),
      });
      response.end(JSON.stringify(isWrite ? {} : answerTo(request.url ?? '')));
    });
    new OneAgent(rig.writer, 'good', 'c'.repeat(26)).begin();
    const { sink } = await expectHealth(watcher, /Mattermost wants to be left alone for \d+ s more/);
    const leftMs = Date.parse(sink.blockedUntil ?? '') - Date.now();
    expect(leftMs).toBeGreaterThan(3_000_000);
    expect(leftMs).toBeLessThanOrEqual(3_600_000 * 1.2);
    expect(await bystander.harm()).toEqual([]);
  });
});

/** Every page has 200 posts that nobody has seen, dated in the future, all of our own account. */
function answerTo(path: string): unknown {
  if (path.includes('/system/ping')) return { status: 'OK', database_status: 'OK' };
  if (path.includes('/config/client')) return { MaxPostSize: '16383' };
  if (path.endsWith('/users/me/teams')) return [{ id: 't'.repeat(26), name: 'team' }];
  if (path.endsWith('/channels')) return [{ id: 'c'.repeat(26), name: 'town', type: 'O', last_post_at: Date.now() }];
  if (path.includes('/posts?page=')) return pageOf(path);
  return { id: 'u'.repeat(26), username: 'bot', is_bot: true };
}

function pageOf(path: string): unknown {
  const at = Date.now() + 3_600_000;
  const posts = Array.from({ length: 200 }, () => ({
    id: randomUUID().replaceAll('-', '').slice(0, 26),
    user_id: 'u'.repeat(26),
    channel_id: 'c'.repeat(26),
    create_at: at,
    delete_at: 0,
    message: '',
    root_id: '',
    props: { livestatus: path },
  }));
  return { order: posts.map(({ id }) => id), posts: Object.fromEntries(posts.map((post) => [post.id, post])) };
}
