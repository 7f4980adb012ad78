// A fleet as users run it: watchers beside their agents, publishers before Mattermost. What people see is what a machine alone would show.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { expect, it, onTestFinished } from 'vitest';
import { FINDINGS_BUCKET, keySubject, POSTS_BUCKET } from '../../src/fleet/buckets.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { type Box, createRig, type Rig, type Watcher } from '../integration/harness.ts';
import { OneAgent } from '../integration/one-agent.ts';
import { OpenClawWriter } from '../integration/openclaw-writer.ts';
import { until } from '../support/until.ts';
import { NatsServer } from './nats-server.ts';
import { ToldGateway } from './told-gateway.ts';

async function rigged(): Promise<Rig> {
  const rig = await createRig();
  onTestFinished(() => rig.close());
  return rig;
}

/** A process of the fleet with a home of its own. */
function part(rig: Rig, bus: Pick<NatsServer, 'url'>, name: string, env: NodeJS.ProcessEnv): Promise<Watcher> {
  const home = join(rig.folder, name);
  mkdirSync(home, { recursive: true });
  return rig.watcher({
    HOME: home,
    STATE_DIR: join(home, 'state'),
    PID_FILE: join(home, 'x.pid'),
    FLEET_URL: bus.url,
    GATEWAY_ID: name,
    ...env,
  });
}

const shownIn = (rig: Rig): Omit<Box, 'postId'>[] =>
  rig
    .boxes()
    .map(({ title, text }) => ({ title, text }))
    .toSorted((one, other) => (one.title + one.text).localeCompare(other.title + other.text));

/** The agent does what the rule about forced pushes is for, and fails. */
function pushes(writer: OpenClawWriter, sessionId: string, callId: string): void {
  writer.assistant(sessionId, 'pushing', [{ id: callId, name: 'exec', arguments: { command: 'git push --force origin main' } }]);
  writer.result(sessionId, callId, 1);
}

it('boxes of a fleet are those of a machine alone: titles, lines, failures and what was found', async () => {
  const [alone, fleet, bus] = [await rigged(), await rigged(), await NatsServer.start()];
  const transcripts = { TRANSCRIPT_DIR: join(alone.folder, 'agents') };
  const publisher = await part(fleet, bus, 'publisher', { ROLE: 'publisher' });
  await publisher.says('The watcher runs');
  const watcher = await part(fleet, bus, 'web-1', { ...transcripts, ROLE: 'watcher' });
  const single = await alone.watcher({ ...transcripts, HOME: join(alone.folder, 'home') });
  await Promise.all([single.ready(), watcher.says('The watcher runs')]);
  const writers = [0, 1, 2].map((index) => new OpenClawWriter(join(alone.folder, 'agents'), `a${index}`));
  const agents = writers.map((writer, index) => new OneAgent(writer, `a${index}`));
  for (const agent of agents) agent.begin();
  const running = (rig: Rig) => () => rig.boxes().filter(({ title }) => title.startsWith('[ACTIVE]')).length === 3;
  const detail = (): string => `${single.output}\n${watcher.output}\n${publisher.output}`;
  await until('the machine alone shows them', running(alone), { detail });
  await until('the fleet shows them', running(fleet), { detail });
  pushes(writers[0] as OpenClawWriter, agents[0]?.sessionId ?? '', 'pushed');
  for (const agent of agents) {
    agent.step();
    agent.step();
    agent.end();
  }
  const over = (rig: Rig) => () => rig.boxes().filter(({ title }) => title.startsWith('[DONE]')).length === 3;
  await until('the machine alone shows their ends', over(alone), { detail });
  await until('the fleet shows their ends', over(fleet), { detail });
  expect(shownIn(fleet)).toEqual(shownIn(alone));
  expect(fleet.boxes()).toHaveLength(3);
  expect(JSON.stringify(shownIn(fleet))).toContain('force');
});

it('what the coordinator of a watcher found is told to the operators once, by whichever publisher is active', async () => {
  const [rig, bus] = [await rigged(), await NatsServer.start()];
  const publishers = { ROLE: 'publisher', COORDINATOR_OPERATORS: 'alice' };
  const first = await part(rig, bus, 'publisher-1', publishers);
  await first.says('The watcher runs');
  const second = await part(rig, bus, 'publisher-2', publishers);
  await second.says('The publisher stands by');
  const watcher = await part(rig, bus, 'web-1', { ROLE: 'watcher', TRANSCRIPT_DIR: join(rig.folder, 'agents') });
  await watcher.says('The watcher runs');
  const writer = new OpenClawWriter(join(rig.folder, 'agents'));
  const sessionId = randomUUID();
  writer.session(`agent:main:mattermost:channel:${SAMPLE.publicId}`, { sessionId });
  writer.user(sessionId, 'please');
  pushes(writer, sessionId, 'c1');
  const told = () => rig.standIn.posts().filter(({ message }) => message.includes('@alice'));
  const detail = (): string => `${watcher.output}\n${first.output}\n${JSON.stringify(rig.standIn.posts())}`;
  await until('alice is told', () => told().length === 1, { detail });
  expect(told()[0]?.message).toContain('web-1');
  await first.stop('SIGKILL');
  await second.says('The watcher runs');
  await until('the box is written by the second one', async () => (await second.health()).status === 'ok');
  writer.assistant(sessionId, 'done');
  await until('the end', () => rig.boxes().some(({ title }) => title.startsWith('[DONE]')), { detail });
  expect(told()).toHaveLength(1);
});

it('findings of a machine that somebody has broken into mention nobody, link nowhere, speak for no other machine, and are few', async () => {
  const [rig, bus] = [await rigged(), await NatsServer.start()];
  const publisher = await part(rig, bus, 'publisher', {
    ROLE: 'publisher',
    COORDINATOR_OPERATORS: 'alice',
    CALLS_PER_HOUR: '3',
    OPERATIONS_CHANNEL: SAMPLE.publicId,
  });
  await publisher.says('The watcher runs');
  const connection = await bus.connect();
  const secret = 'ghp_0123456789abcdefghijklmnopqrstuvwxyzAB';
  const text = `**Violation** @all @channel [click](https://evil.example) ![x](https://evil.example/x.png) ${secret}\n# heading`;
  const tell = (key: string, value: unknown): void => connection.publish(keySubject(FINDINGS_BUCKET, key), JSON.stringify(value));
  for (let n = 0; n < 20; n += 1) tell(`bad.f${n}`, { v: 1, id: `f${n}`, at: Date.now(), text });
  tell('bad.forged', { v: 1, id: 'other', at: Date.now(), text: 'of another name' });
  tell('bad.garbage', 'no finding');
  tell('good.f1', { v: 1, id: 'f1', at: Date.now(), text: 'an honest finding' });
  const told = (): string[] => rig.standIn.posts().map(({ message }) => message);
  await until('the honest machine is heard', () => told().some((message) => message.includes('an honest finding')), {
    detail: () => `${told().join('\n')}\n${publisher.output}`,
  });
  await until('three are told of the other one', () => told().length === 4, { detail: () => told().join('\n') });
  for (const message of told()) {
    expect(message.startsWith('@alice `')).toBe(true);
    const bare = message.slice('@alice '.length).replaceAll(/`[^`]*`/g, '');
    expect(bare).not.toMatch(/[@[\]#*]|https?:/);
    expect(message).not.toContain(secret);
    expect(message).not.toContain('another name');
  }
  expect(told()).toHaveLength(4);
});

it('a server that is too old is refused, and health says which one is needed', async () => {
  const rig = await rigged();
  const old = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('INFO {"server_id":"x","version":"2.9.10","proto":1,"headers":true,"max_payload":1048576,"jetstream":true}\r\n');
    socket.on('data', (data) => data.includes('PING') && socket.write('PONG\r\n'));
  });
  await once(old.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void old.close());
  const { port } = old.address() as AddressInfo;
  const publisher = await part(rig, { url: `nats://127.0.0.1:${port}` }, 'publisher', { ROLE: 'publisher' });
  await publisher.says('needs 2.11 or newer');
  const health = await publisher.health();
  expect(health.status).toBe('degraded');
  expect(health.notReady).toContain('the nats-server is 2.9.10; a fleet needs 2.11 or newer: replace it');
  expect(rig.standIn.posts()).toEqual([]);
});

it('the board of a channel is found again, though the bus has lost what publishers keep', async () => {
  const [rig, bus] = [await rigged(), await NatsServer.start()];
  const env = { ROLE: 'publisher', BOARD: 'channel', BOARD_CHANNELS: `${SAMPLE.teamName}/${SAMPLE.publicName}` };
  const boards = () => rig.boxes().filter(({ title }) => title.startsWith('[BOARD]'));
  const says = (title: string, who: Watcher) =>
    until(`the board says ${title}`, () => boards()[0]?.title === `[BOARD] ${title}`, {
      detail: () => `${JSON.stringify(boards())}\n${who.output}`,
    });
  const gateway = new ToldGateway(bus.url, 'web-1');
  const first = await part(rig, bus, 'publisher-1', env);
  await says('nobody works', first);
  gateway.asks('agent:a:main', 'a');
  await says('1 working', first);
  await first.stop('SIGKILL');
  await jetstreamManager(await bus.connect()).then(({ streams }) => streams.purge(`KV_${POSTS_BUCKET}`));
  const next = await part(rig, bus, 'publisher-2', env);
  gateway.asks('agent:b:main', 'b');
  await says('2 working', next);
  expect(boards()).toHaveLength(1);
});
