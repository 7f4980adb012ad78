// The recorded mesh on a real nats-server: whatever happens to messages and connections on the way, the boxes are those of the golden file.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { expect, it } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { linesOf, recordedMessages, type RecordedMessage } from '../unit/sources/mesh/recorded-mesh.ts';
import { Coordinator } from './coordinator.ts';
import { NatsServer } from './nats-server.ts';
import { recordedClock, WatchedMesh } from './watched-mesh.ts';

const GOLDEN = readFileSync(fileURLToPath(new URL('../golden/mesh/boxes.txt', import.meta.url)), 'utf8');
const MESSAGES = recordedMessages();
const HALF = Math.floor(MESSAGES.length / 2);
const PRUNED = { task_id: 'T-PRUNED', status: 'running', owner: 'node-a', created_at: '2026-11-21T01:45:00Z' };

async function expectGolden(mesh: WatchedMesh): Promise<void> {
  await mesh.settled();
  expect(mesh.boxes()).toBe(GOLDEN);
}

it('recorded messages in their order, with JetStream and buckets as the system uses them, make the boxes of the golden file', async () => {
  const server = await NatsServer.start();
  const coordinator = await Coordinator.on(await server.connect());
  const mesh = await WatchedMesh.start({ nats: { url: server.url } });
  await mesh.heard();
  await coordinator.tellsAll(MESSAGES);
  await expectGolden(mesh);
  expect(mesh.source.health()).toMatchObject({ condition: { state: 'readable' }, unknownKinds: {}, problems: {} });
});

it('events alone, of a bus that has no buckets, make the same boxes, also shuffled as different connections may shuffle them, and doubled', async () => {
  const server = await NatsServer.start();
  const coordinator = await Coordinator.on(await server.connect(), []);
  const mesh = await WatchedMesh.start({ nats: { url: server.url } });
  await mesh.heard();
  for (const message of shuffled(MESSAGES)) {
    await coordinator.tells(message, 'events');
    await coordinator.tells(message, 'events');
  }
  await expectGolden(mesh);
  expect(mesh.because()).toContain('the bucket MESH_TASKS is not read');
});

it('only the buckets, read from their beginning or while they are written, make the same boxes', async () => {
  const server = await NatsServer.start();
  const coordinator = await Coordinator.on(await server.connect());
  await coordinator.tellsAll(MESSAGES.slice(0, HALF), 'writes');
  const mesh = await WatchedMesh.start({ nats: { url: server.url } });
  await mesh.heard();
  await coordinator.tellsAll(MESSAGES.slice(HALF), 'writes');
  await expectGolden(mesh);
  const late = await WatchedMesh.start({ nats: { url: server.url } });
  await late.heard();
  await expectGolden(late);
});

it('the boxes are the same when buckets and events are told twice, in another order', async () => {
  const server = await NatsServer.start();
  const coordinator = await Coordinator.on(await server.connect());
  const mesh = await WatchedMesh.start({ nats: { url: server.url } });
  await mesh.heard();
  await coordinator.tellsAll(MESSAGES, 'writes');
  await coordinator.tellsAll(shuffled(MESSAGES), 'events');
  await coordinator.tellsAll(MESSAGES, 'events');
  await expectGolden(mesh);
});

it('a connection that is cut in the middle is made again, and nothing is missing', async () => {
  const server = await NatsServer.start();
  const coordinator = await Coordinator.on(await server.connect());
  const mesh = await WatchedMesh.start({ nats: { url: server.url } });
  await mesh.heard();
  await coordinator.tellsAll(MESSAGES.slice(0, HALF));
  await server.stop();
  await until('the loss is noticed', () => mesh.state() === 'unreadable', { detail: () => mesh.because() });
  expect(mesh.because()).toMatch(/no bus answers at nats:.*start nats-server there, or correct MESH_NATS_URL|has closed the connection/);
  await server.begin();
  const again = await Coordinator.on(await server.connect());
  await again.tellsAll(MESSAGES.slice(HALF));
  await mesh.heard();
  await expectGolden(mesh);
  expect(mesh.source.health().problems).toMatchObject({ reconnects: 1 });
});

it('a bus that is gone for a minute while the mesh goes on leaves no state behind: afterwards the buckets are the truth', async () => {
  const server = await NatsServer.start();
  const coordinator = await Coordinator.on(await server.connect());
  const clock = recordedClock();
  const mesh = await WatchedMesh.start({ nats: { url: server.url }, clock });
  await mesh.heard();
  await coordinator.tellsAll(MESSAGES.slice(0, HALF));
  await coordinator.writes('MESH_TASKS', 'T-PRUNED', PRUNED);
  await until('the task is shown', () => mesh.fold.sessionsByKey.has('mesh:main:task:T-PRUNED'));

  await server.stop();
  await server.begin('hidden');
  const unseen = await Coordinator.on(await server.connect());
  await unseen.tellsAll(MESSAGES.slice(HALF));
  await unseen.deletes('MESH_TASKS', 'T-PRUNED');
  await until('the loss is noticed', () => mesh.state() === 'unreadable');
  clock.pass(60_000);
  await server.stop();

  await server.begin();
  await mesh.heard();
  await mesh.settled();
  expect(mesh.box('mesh:main:task:T-PRUNED')).toContain('[LOST]');
  expect(mesh.boxes().replace(/mesh:task:T-PRUNED\n(?:.+\n)*\n/, '')).toBe(GOLDEN);
});

it('a restarted watcher takes back what is not so any more, and loses what the buckets do not have', async () => {
  const server = await NatsServer.start();
  const coordinator = await Coordinator.on(await server.connect());
  const first = await WatchedMesh.start({ nats: { url: server.url } });
  await first.heard();
  const isReviewed = ({ subject, data }: RecordedMessage) => subject.endsWith('.pending_review') && data['task_id'] === 'T-20261121-002';
  const waits = MESSAGES.findIndex(isReviewed);
  await coordinator.writes('MESH_TASKS', 'T-PRUNED', PRUNED);
  await coordinator.tellsAll(MESSAGES.slice(0, waits + 1));
  await first.settled();
  expect(first.box('mesh:main:task:T-20261121-002')).toContain('[WAITING] review');
  await first.source.stop();

  await coordinator.tellsAll(MESSAGES.slice(waits + 1));
  await coordinator.deletes('MESH_TASKS', 'T-PRUNED');
  const next = await WatchedMesh.start({ nats: { url: server.url } }, first);
  await next.heard();
  await next.settled();
  expect(next.box('mesh:main:task:T-PRUNED')).toContain('[LOST]');
  expect(next.boxes().replace(/mesh:task:T-PRUNED\n(?:.+\n)*\n/, '')).toBe(GOLDEN);
});

it('N-31 the box of a task names who works on it on this machine, as long as somebody does', async () => {
  const server = await NatsServer.start();
  const coordinator = await Coordinator.on(await server.connect());
  const folder = tempFolder('workspace');
  mkdirSync(join(folder, '.tmp'));
  const mesh = await WatchedMesh.start({ nats: { url: server.url }, folder, lookMs: 50 });
  await mesh.heard();
  const started = MESSAGES.findIndex(({ subject, data }) => subject.endsWith('.started') && data['task_id'] === 'T-20261121-001');
  await coordinator.tellsAll(MESSAGES.slice(0, started + 1));
  const state = (name: string): string =>
    readFileSync(fileURLToPath(new URL(`../fixtures/openclaw-node/workspace/.tmp/agent-state.${name}.json`, import.meta.url)), 'utf8');
  const box = (): string => mesh.box('mesh:main:task:T-20261121-001');
  writeFileSync(join(folder, '.tmp', 'agent-state.json'), state('working'));
  await until('the worker is named', () => box().includes('claude sonnet works on it here'), { detail: box });
  writeFileSync(join(folder, '.tmp', 'agent-state.json'), state('idle'));
  await until('nobody is named any more', () => !box().includes('works on it here'), { detail: box });
  expect(box()).toContain('[ACTIVE]');
});

it('N-20 memory events come from the bus, and from the stream of their node what was missed, each once', async () => {
  const server = await NatsServer.start();
  const connection = await server.connect();
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'local-events-node-lead', subjects: ['local.>'] });
  const coordinator = await Coordinator.on(connection);
  const [started, ...others] = linesOf('nats/memory-events.jsonl');
  if (started === undefined) throw new Error('no events');
  await jetstream(connection).publish(started.subject, JSON.stringify(started.data));
  const clock = recordedClock();
  const mesh = await WatchedMesh.start({ nats: { url: server.url }, clock });
  await mesh.heard();
  const MEMORY = 'mesh:main:memory:0f1c2d3e-1111-4222-8333-444455556666';
  await until('the start is known from the stream', () => mesh.fold.sessionsByKey.has(MEMORY));
  for (const { subject, data } of others) coordinator.publishes(subject, data);
  await until('the end is known from the bus', () => mesh.box(MEMORY).includes('[DONE] memory node-lead | 30m'), {
    detail: () => mesh.box(MEMORY),
  });
  expect(mesh.source.health().problems).toEqual({ 'memory-LLM_TIMEOUT': 1 });
});

it('N-23 a node is BROKEN, OFF or UNKNOWN in health by its row in the bucket, and UNKNOWN while the bus is away', async () => {
  const server = await NatsServer.start();
  const coordinator = await Coordinator.on(await server.connect());
  await coordinator.writes('MESH_NODE_HEALTH', 'node-a', { nodeId: 'node-a', role: 'lead', reportedAt: '2026-11-21T01:51:00Z' });
  await coordinator.writes('MESH_NODE_HEALTH', 'node-b', { nodeId: 'node-b', status: 'BROKEN', reportedAt: '2026-11-21T01:51:00Z' });
  const mesh = await WatchedMesh.start({ nats: { url: server.url } });
  await mesh.heard();
  expect(mesh.source.health()).toMatchObject({
    condition: { state: 'impaired', because: 'the node node-b is BROKEN' },
    problems: { 'node-b-BROKEN': 1 },
  });
  await server.stop();
  await until('the loss is noticed', () => mesh.state() === 'unreadable');
  expect(mesh.source.health().problems).toMatchObject({ 'node-a-UNKNOWN': 1, 'node-b-UNKNOWN': 1 });
});

/** In an order that several connections may bring about: nothing comes more than a few places too late. */
function shuffled(messages: readonly RecordedMessage[]): RecordedMessage[] {
  const late = messages.map((message, index) => ({ message, place: index + ((index * 7_919) % 13) }));
  return late.toSorted((a, b) => a.place - b.place).map(({ message }) => message);
}
