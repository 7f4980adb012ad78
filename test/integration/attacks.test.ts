// What somebody does who wants the watcher to do nothing else: agents, a server and clients of health that flood it. The bounds leave room for
// a loaded machine; without the limits they are exceeded many times over.

import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HealthReport } from '../../src/http/health-report.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { Bystander } from './bystander.ts';
import { createRig, type Rig, until, type Watcher } from './harness.ts';
import { OneAgent } from './one-agent.ts';
import { OpenClawWriter } from './openclaw-writer.ts';

const MIB = 1024 ** 2;
const GOES_ON_MS = 20_000;

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

/** A folder of an agent that means no good. */
function hostileFolder(name = 'hostile'): string {
  const path = join(rig.folder, 'agents', name, 'sessions');
  mkdirSync(path, { recursive: true });
  return path;
}

function line(message: object): string {
  return `${JSON.stringify({ type: 'message', id: randomUUID(), timestamp: new Date().toISOString(), message })}\n`;
}

async function healthSays(watcher: Watcher, words: RegExp): Promise<HealthReport> {
  let report: HealthReport | undefined;
  await until(
    `health says ${words}`,
    async () => {
      report = await watcher.health();
      return words.test(report.reason);
    },
    { detail: () => `${JSON.stringify(report)}\n${watcher.output}` },
  );
  if (report === undefined) throw new Error('no report');
  return report;
}

/** A turn of another agent, from its first box to its end. */
async function expectToGoOn(agent: OneAgent, watcher: Watcher): Promise<void> {
  const startedAt = performance.now();
  const mark = agent.begin();
  const shows = (title: string) => rig.boxes().some((box) => box.title.startsWith(title) && box.text.includes(mark));
  await until('another box begins', () => shows('[ACTIVE]'), { detail: () => watcher.output });
  agent.end();
  await until('another box ends', () => shows('[DONE]'), { detail: () => watcher.output });
  expect(performance.now() - startedAt).toBeLessThan(GOES_ON_MS);
}

/** Lets `attack` work while another agent has turns and somebody asks for health. */
async function expectOthersToGoOn(
  attack: (watcher: Watcher) => Promise<void> | void,
  env: NodeJS.ProcessEnv = {},
  watching = { settleMs: 0 },
): Promise<Watcher> {
  const watcher = await (await rig.watcher(env)).ready();
  const agent = new OneAgent(rig.writer, 'good');
  await expectToGoOn(agent, watcher);
  const bystander = await Bystander.beside(watcher);
  await attack(watcher);
  for (let turn = 0; turn < 3; turn++) await expectToGoOn(agent, watcher);
  await sleep(watching.settleMs);
  expect(await bystander.harm()).toEqual([]);
  return watcher;
}

describe('one agent cannot stop the boxes of the others', () => {
  it('with a line of 7.4 MB that begins a private key again and again', async () => {
    const path = join(hostileFolder(), `${randomUUID()}.jsonl`);
    await expectOthersToGoOn(() => {
      const text = '-----BEGIN PRIVATE KEY-----'.repeat(7_400_000 / 27);
      writeFileSync(
        path,
        line({ role: 'user', content: 'go' }) + line({ role: 'assistant', content: [{ type: 'text', text }], stopReason: 'stop' }),
      );
    });
  });

  it('with a line that grows piece by piece to 8 MB', async () => {
    const path = join(hostileFolder(), `${randomUUID()}.jsonl`);
    writeFileSync(path, '{"type":"message","id":"m1","message":{"role":"user","content":"');
    await expectOthersToGoOn(async () => {
      for (let piece = 0; piece < 8_000; piece++) {
        appendFileSync(path, 'x'.repeat(1_040));
        if (piece % 4 === 0) await sleep(1);
      }
      appendFileSync(path, '"}}\n');
    });
  });

  it('with fifty thousand tiny transcripts, which health names', async () => {
    const folder = hostileFolder();
    const watcher = await expectOthersToGoOn(async () => {
      for (let file = 0; file < 50_000; file++) {
        const id = randomUUID();
        writeFileSync(join(folder, `${id}.jsonl`), `${JSON.stringify({ type: 'session', id })}\n${line({ role: 'user', content: 'hi' })}`);
        if (file % 100 === 0) await sleep(1);
      }
    });
    await healthSays(watcher, /more transcripts at work than are followed at once.*hostile/);
  });

  it('with an index of 300,000 rows, which health names', async () => {
    const folder = hostileFolder();
    const rows: string[] = [];
    for (let row = 0; row < 300_000; row++)
      rows.push(`"agent:hostile:mattermost:channel:${String(row).padStart(26, 'c')}":{"sessionId":"s${row}","updatedAt":${Date.now()}}`);
    writeFileSync(join(folder, 'sessions.tmp'), `{${rows.join(',')}}`);
    const watcher = await expectOthersToGoOn(() => renameSync(join(folder, 'sessions.tmp'), join(folder, 'sessions.json')));
    await healthSays(watcher, /1 session index with far too many rows, such as .*hostile/);
  });

  it('with 25 sessions at work, and health tells who waits for whom', async () => {
    const watcher = await (await rig.watcher()).ready();
    const hostile = new OpenClawWriter(join(rig.folder, 'agents'), 'hog');
    for (let index = 0; index < 25; index++) {
      const id = randomUUID();
      hostile.session(`agent:hog:mattermost:channel:${SAMPLE.publicId}:thread:${index}`, { sessionId: id });
      hostile.user(id, 'go on');
      hostile.assistant(id, `at work ${index}`, [{ id: `c${index}`, name: 'exec', arguments: { command: 'sleep 3600' } }]);
    }
    await healthSays(watcher, /sessions wait for a box, because MAX_ACTIVE_SESSIONS are open, most of them of agent hog/);
    await expectToGoOn(new OneAgent(rig.writer, 'good'), watcher);
    for (const { agent, postId, why } of (await watcher.health()).sessions) expect([agent, postId ?? why]).not.toContain(undefined);
  });

  it('with five thousand folders, which are one warning', async () => {
    const watcher = await expectOthersToGoOn(() => {
      for (let folder = 0; folder < 5_000; folder++) hostileFolder(`h${folder}`);
    });
    await until('the folders are known', async () => ((await watcher.health()).sources[0]?.problems['index_missing'] ?? 0) >= 5_000);
    expect(watcher.output.match(/There is no session index yet/g)?.length).toBeLessThanOrEqual(2);
  });
});

describe('clients of health', () => {
  it('that hold hundreds of connections stop neither boxes nor health, also where file handles are few', async () => {
    const watcher = await (await rig.watcher({}, { prefix: ['prlimit', '--nofile=256'] })).ready();
    const port = Number(new URL(/http:\/\/127[^"]*\/health/.exec(watcher.output)?.[0] ?? '').port);
    const held: Socket[] = [];
    for (let client = 0; client < 240; client++) {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\nX: ');
      held.push(socket);
    }
    const drip = setInterval(() => held.forEach((socket) => socket.write('x')), 1_000);
    await expectToGoOn(new OneAgent(rig.writer, 'good'), watcher);
    const askedAt = performance.now();
    expect((await watcher.health()).status).toBe('ok');
    expect(performance.now() - askedAt).toBeLessThan(5_000);
    await until('all are sent away', () => held.every(({ closed }) => closed), { timeoutMs: 20_000 });
    clearInterval(drip);
  });
});

describe('a hostile Mattermost', () => {
  it('whose channels never end is asked within the budget, and health says so', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answerTo(request.url ?? '')));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const watcher = await rig.watcher({ MM_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
      await watcher.ready();
      const begunAt = performance.now();
      const report = await healthSays(watcher, /channel c+ has more posts of the last hour than are looked through/);
      await sleep(3_000);
      const pages = asked.filter((path) => path.includes('/posts?page='));
      expect(pages.length).toBeLessThanOrEqual(5 * ((performance.now() - begunAt) / 1_000 + 3) + 10);
      expect(pages.length).toBeLessThanOrEqual(20 * 2);
      expect(report.process.rssBytes).toBeLessThan(600 * MIB);
    } finally {
      server.closeAllConnections();
      server.close();
    }
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
