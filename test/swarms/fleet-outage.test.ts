// What a fleet of real processes does when the bus is away, when one of its three servers dies, and when a watcher dies.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../support/until.ts';
import { Fleet, type FleetOptions } from './fleet-rig.ts';
import { NatsCluster } from './nats-cluster.ts';
import { NatsServer } from './nats-server.ts';

const AWAY_S = 60;

async function fleetOn(url: string, options: Partial<FleetOptions> = {}): Promise<Fleet> {
  const fleet = await Fleet.start({ url, atEnd: onTestFinished, ...options });
  await fleet.run();
  return fleet;
}

function beginAll(fleet: Fleet): void {
  for (const agents of fleet.agents) agents.beginAll();
}

function stepAll(fleet: Fleet): void {
  for (const agents of fleet.agents) agents.stepAll();
}

/** Every turn ends in its one post, and nothing went back. */
async function expectRightEnds(fleet: Fleet): Promise<void> {
  for (const agents of fleet.agents) agents.endAll();
  await fleet.saysEnds();
  expect(fleet.judge.broken).toEqual([]);
  expect(fleet.judge.posts).toBe(fleet.agents.flatMap(({ marks }) => marks).length);
}

function tell(words: string): void {
  process.stdout.write(`${words}\n`);
}

it('NATS away for a minute: watchers keep the newest state of each box and say so, and all boxes are equal soon after it is back', async () => {
  const bus = await NatsServer.start();
  const fleet = await fleetOn(bus.url, { agents: 10 });
  beginAll(fleet);
  await fleet.equal('all boxes are there');
  await bus.stop();
  for (let second = 0; second < AWAY_S; second += 1) {
    stepAll(fleet);
    await sleep(1_000);
  }
  const said = (): boolean => fleet.watchers.every(({ process }) => process?.output.includes('the newest state of each box is kept'));
  await until('the watchers say so', said, { detail: () => fleet.output });
  expect(fleet.behind.length).toBe(20);
  const shownBefore = fleet.judge.edits;
  await bus.begin();
  tell(`NATS away for ${AWAY_S} s: all boxes equal ${await fleet.equal('all boxes are equal again')} ms after it was back`);
  expect(fleet.judge.edits - shownBefore).toBeLessThan(20 * 5); // not one for each step
  await expectRightEnds(fleet);
});

it('one of three servers killed: the boxes go on after a gap, and none is wrong', async () => {
  const cluster = await NatsCluster.start();
  const fleet = await fleetOn(cluster.url, { env: { FLEET_REPLICAS: '3' } });
  const writes: number[] = [];
  fleet.chat.onWrite(({ at }) => void writes.push(at));
  for (const agents of fleet.agents) agents.start();
  await until('the boxes are written', () => writes.length > 20, { detail: () => fleet.output });
  const killedAt = Date.now();
  await (await cluster.leaderOf('LS_TURNS')).stop();
  const isBack = (): boolean => writes.filter((at) => at > killedAt).length > 40;
  await until('the boxes go on', isBack, { detail: () => fleet.output });
  const after = [killedAt, ...writes.filter((at) => at > killedAt)];
  tell(`one of three servers killed: longest gap ${Math.max(...after.slice(1).map((at, index) => at - (after[index] ?? at)))} ms`);
  await fleet.converge();
  expect(fleet.judge.broken).toEqual([]);
});

it('a watcher that dies: its boxes say since when there is no news, those of others go on, and it takes its own up when it returns', async () => {
  const bus = await NatsServer.start();
  const fleet = await fleetOn(bus.url, { publishers: 1, agents: 3 });
  beginAll(fleet);
  await fleet.equal('all boxes are there');
  const [dead] = fleet.watchers;
  await dead?.process?.stop('SIGKILL');
  const silent = (): string[] =>
    [...fleet.chat.posts.values()].filter(({ title }) => title.includes('no news for')).map(({ text }) => text);
  await until('its boxes say so', () => silent().length === 3, {
    detail: () => `${[...fleet.chat.posts.values()].map(({ title }) => title).join('\n')}\n${fleet.output}`,
  });
  expect(silent().every((text) => text.includes(`${dead?.name}s`))).toBe(true);
  stepAll(fleet);
  await until('the others go on', () => fleet.behind.length === 3, { detail: () => fleet.output });
  if (dead !== undefined) fleet.begin(dead, 'watcher');
  await fleet.equal('its boxes are taken up');
  expect(silent()).toEqual([]);
  await expectRightEnds(fleet);
});
