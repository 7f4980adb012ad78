// Everything a Mattermost server was seen to do wrong, scripted one by one against the real process. Its history is the judge:
// whatever happened, each turn has one post and that says the end.

import { setTimeout as sleep } from 'node:timers/promises';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { Fault } from '../../src/stand-in/faults.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { jsonOf, request } from '../unit/stand-in/requests.ts';
import { type Box, createRig, type Rig, type Watcher } from './harness.ts';
import { OneAgent } from './one-agent.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';

const FORBIDDEN = 'api.context.permissions.app_error';
const FAST = { EDITS_PER_SECOND: '50:100', CIRCUIT_BREAKER_COOLDOWN_S: '2' };

interface World {
  rig: Rig;
  watcher: Watcher;
}

async function open(extra: NodeJS.ProcessEnv = {}): Promise<World> {
  const rig = await createRig();
  return { rig, watcher: await (await rig.watcher({ ...FAST, ...extra })).ready() };
}

/** For one test. */
async function openFor({ onTestFinished }: TestContext, extra: NodeJS.ProcessEnv = {}): Promise<World> {
  const world = await open(extra);
  onTestFinished(() => world.rig.close());
  return world;
}

function boxesOfTurn({ rig }: World, mark: string): Box[] {
  return rig.boxes().filter(({ text }) => text.includes(mark));
}

async function expectEnd(world: World, mark: string): Promise<void> {
  const detail = (): string => JSON.stringify(boxesOfTurn(world, mark)) + world.watcher.output;
  const isOver = ({ title, text }: Box): boolean => title.startsWith('[DONE]') && text.includes(`finished ${mark}`);
  await until(`${mark} says its end`, () => boxesOfTurn(world, mark).some(isOver), { detail });
  expect(boxesOfTurn(world, mark)).toHaveLength(1);
}

async function expectBox(world: World, mark: string): Promise<void> {
  await until(`${mark} has a box`, () => boxesOfTurn(world, mark).length > 0, { detail: () => world.watcher.output });
}

/** Hits the creates, or the edits, of one agent's turns. */
function script({ rig }: World, what: 'create' | 'edit', agent: OneAgent, fault: Fault, times = 1): void {
  const method = what === 'create' ? 'POST' : 'PUT';
  rig.standIn.faults.add({ match: { method, body: new RegExp(` of ${agent.name}n|finished ${agent.name}n`) }, times, fault });
}

describe('one request that goes wrong', () => {
  const CREATES: [name: string, fault: Fault, times?: number][] = [
    ['carried out, the answer lost', { kind: 'reset', applied: true }],
    ['not carried out, the connection broken', { kind: 'reset', applied: false }],
    ['carried out, the answer cut off', { kind: 'truncated' }],
    ['carried out, answered after we gave up', { kind: 'slow', ms: 14_000 }],
    ['carried out and answered after we gave up', { kind: 'stall', ms: 14_000 }],
    ['carried out, never answered', { kind: 'hang', applied: true }],
    ['still being made', { kind: 'status', status: 500, id: 'api.post.deduplicate_create_post.pending' }, 2],
    ['carried out, 504 from a proxy', { kind: 'status', status: 504, html: true, applied: true }],
    ['500 without a reason', { kind: 'status', status: 500, id: 'app.post.save.app_error' }],
    ['a page of HTML', { kind: 'status', status: 200, html: true, applied: true }],
    ['too large', { kind: 'status', status: 413, html: true }],
    ['400 for a while', { kind: 'status', status: 400, id: 'api.context.invalid_param.app_error' }],
  ];
  const EDITS: [name: string, fault: Fault, times?: number][] = [
    ['lands after a newer one', { kind: 'stall', ms: 14_000 }],
    ['is carried out, the answer lost', { kind: 'reset', applied: true }],
    ['is carried out, 504 from a proxy', { kind: 'status', status: 504, html: true, applied: true }],
    ['is forbidden for a moment', { kind: 'status', status: 403, id: FORBIDDEN }],
    ['gets 401 from a healthy server for a moment', { kind: 'status', status: 401, id: 'api.context.session_expired.app_error' }],
    ['gets 502 from a proxy', { kind: 'status', status: 502, html: true }],
    ['gets 500 for its content', { kind: 'status', status: 500, id: 'app.post.update.app_error' }],
    ['is too large', { kind: 'status', status: 413, html: true }],
    [
      'is answered by a limiter that says it twice',
      { kind: 'status', status: 429, headers: { 'retry-after': '1, 1' }, body: 'limit exceeded\n' },
    ],
    ['never comes back', { kind: 'hang', applied: false }],
  ];
  let world: World;
  const creating = new Map<string, OneAgent>();
  const editing = new Map<string, OneAgent>();

  // All at once, so that the slow ones do not wait for each other, and a fault of one must not hurt the others.
  beforeAll(async () => {
    world = await open({ MAX_ACTIVE_SESSIONS: '0', CIRCUIT_BREAKER_THRESHOLD: '50' });
    const { rig } = world;
    CREATES.forEach(([name, fault, times], index) => {
      const agent = new OneAgent(rig.writer, `create${index}`);
      creating.set(name, agent);
      script(world, 'create', agent, fault, times);
      agent.begin();
    });
    EDITS.forEach(([name], index) => {
      const agent = new OneAgent(rig.writer, `edit${index}`);
      editing.set(name, agent);
      agent.begin();
    });
    await Promise.all([...editing.values()].map(({ mark }) => expectBox(world, mark)));
    EDITS.forEach(([name, fault, times]) => {
      const agent = editing.get(name);
      if (agent === undefined) return;
      script(world, 'edit', agent, fault, times);
      agent.step();
    });
    await sleep(3_000); // the disturbed requests are on their way
    for (const agent of [...creating.values(), ...editing.values()]) agent.end();
  });

  afterAll(() => world.rig.close());

  it.each(CREATES)('a create %s: one post, and it says the end', async (name) => {
    await expectEnd(world, creating.get(name)?.mark ?? '');
  });

  it.each(EDITS)('an edit that %s: the post says the end', async (name) => {
    await expectEnd(world, editing.get(name)?.mark ?? '');
  });

  it('and at last, when everything that was held back has landed, every post still says its end', async () => {
    await sleep(15_000);
    for (const agent of [...creating.values(), ...editing.values()]) await expectEnd(world, agent.mark);
    expect(world.rig.boxes()).toHaveLength(creating.size + editing.size);
  });
});

describe.concurrent('a server', () => {
  it('that is restarted while a create is on its way, and forgets it: one post', async (context) => {
    const world = await openFor(context);
    const { rig, watcher } = world;
    const agent = new OneAgent(rig.writer, 'solo');
    script(world, 'create', agent, { kind: 'hang', applied: true });
    agent.begin();
    await until('the create has landed', () => rig.boxes().length === 1, { detail: () => watcher.output });
    await rig.server.down();
    rig.standIn.restart();
    await rig.server.up();
    agent.end();
    await expectEnd(world, agent.mark);
  });

  it('whose database is down is no reason to give up boxes, channels or the token', async (context) => {
    const world = await openFor(context);
    const { rig, watcher } = world;
    const [one, two] = [new OneAgent(rig.writer, 'one'), new OneAgent(rig.writer, 'two')];
    await expectBox(world, one.begin());
    rig.standIn.switches.database('down');
    one.step();
    two.begin();
    await until('health says so', async () => (await watcher.health()).sink.breaker !== 'closed', { detail: () => watcher.output });
    expect((await watcher.health()).status).toBe('degraded');
    one.end();
    two.end();
    rig.standIn.switches.database('up');
    await expectEnd(world, one.mark);
    await expectEnd(world, two.mark);
  });

  it('that refuses the very first question for something that passes, as a proxy may, is asked again', async (context) => {
    const rig = await createRig();
    context.onTestFinished(() => rig.close());
    rig.standIn.faults.add({ match: {}, times: 1, fault: { kind: 'status', status: 413, html: true } });
    const watcher = await (await rig.watcher(FAST)).ready();
    await expectBox({ rig, watcher }, new OneAgent(rig.writer, 'solo').begin());
  });

  it('that refuses the token gets next to no traffic, and everything is told once the token file has a good one', async (context) => {
    const file = join(tempFolder('token'), 'token');
    context.onTestFinished(() => rmSync(dirname(file), { recursive: true }));
    writeFileSync(file, SAMPLE.botToken, { mode: 0o600 });
    const world = await openFor(context, { MM_TOKEN: undefined, MM_TOKEN_FILE: file });
    const { rig, watcher } = world;
    const agent = new OneAgent(rig.writer, 'solo');
    await expectBox(world, agent.begin());
    rig.standIn.switches.revokeToken(SAMPLE.botToken);
    agent.step();
    await until('health is down', async () => (await watcher.health()).status === 'down', { detail: () => watcher.output });
    const before = rig.standIn.requests.length;
    for (let count = 0; count < 10; count++) {
      agent.step();
      await sleep(300);
    }
    expect(rig.standIn.requests.length - before).toBeLessThan(4);
    agent.end();
    rig.standIn.switches.addToken('fake-token-that-is-new', SAMPLE.botId);
    writeFileSync(file, 'fake-token-that-is-new', { mode: 0o600 });
    await expectEnd(world, agent.mark);
    await until('health is well', async () => (await watcher.health()).sink.token === 'accepted');
  });
});

describe.concurrent('people', () => {
  it('who delete a box do not get it again for that turn, but the next turn has one', async (context) => {
    const world = await openFor(context);
    const { rig } = world;
    const agent = new OneAgent(rig.writer, 'solo');
    const first = agent.begin();
    await expectBox(world, first);
    rig.standIn.switches.deletePost(rig.boxes()[0]?.postId ?? '', SAMPLE.adminId);
    agent.step();
    await sleep(1_500);
    agent.end();
    const second = agent.begin();
    await expectBox(world, second);
    agent.end();
    await expectEnd(world, second);
    expect(boxesOfTurn(world, first)).toEqual([]);
  });

  it('who delete a thread delete its box as well; it goes on in the channel with ROOT_GONE=channel', async (context) => {
    const world = await openFor(context, { ROOT_GONE: 'channel' });
    const { standIn, writer } = world.rig;
    const question = request('POST', '/posts', { channel_id: SAMPLE.publicId, message: 'please' }, SAMPLE.aliceToken);
    const rootId = String(jsonOf(standIn.handle(question))['id']);
    const agent = new OneAgent(writer, 'threaded', `${SAMPLE.publicId}:thread:${rootId}`);
    const roots = (): string[] => standIn.posts().flatMap(({ root_id, props }) => ('livestatus' in props ? [root_id] : []));
    await expectBox(world, agent.begin());
    expect(roots()).toEqual([rootId]);
    standIn.switches.deletePost(rootId, SAMPLE.adminId);
    agent.step();
    agent.end();
    await expectEnd(world, agent.mark);
    expect(roots()).toEqual(['']);
  });

  it('who remove the bot from a channel are told in health, other channels go on, and nothing goes elsewhere', async (context) => {
    const world = await openFor(context);
    const { rig, watcher } = world;
    const [out, inside] = [new OneAgent(rig.writer, 'out', SAMPLE.publicId), new OneAgent(rig.writer, 'inside', SAMPLE.privateId)];
    await expectBox(world, out.begin());
    await expectBox(world, inside.begin());
    rig.standIn.switches.removeMember(SAMPLE.publicId, SAMPLE.botId);
    out.step();
    const parked = async (): Promise<readonly unknown[]> => (await watcher.health()).boxes.parked;
    await until('the box is parked', async () => (await parked()).length === 1, { detail: () => watcher.output });
    expect(await parked()).toMatchObject([{ channelId: SAMPLE.publicId, reason: 'no_access' }]);
    const before = rig.standIn.requests.length;
    for (let count = 0; count < 5; count++) {
      out.step();
      await sleep(300);
    }
    expect(rig.standIn.requests.slice(before).filter(({ body }) => body.includes('outn1x'))).toEqual([]);
    inside.end();
    await expectEnd(world, inside.mark);
    expect(rig.boxes()).toHaveLength(2);
  });
});
