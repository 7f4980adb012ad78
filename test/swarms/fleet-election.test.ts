// Which of several publishers is the active one, over a real nats-server.

import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { expect, it, onTestFinished } from 'vitest';
import { Election } from '../../src/fleet/election.ts';
import { systemClock } from '../../src/process/system-clock.ts';
import { until } from '../support/until.ts';
import { NatsServer } from './nats-server.ts';

/** One publisher, as far as the election sees it. */
class Candidate {
  readonly election: Election;
  /** What it was told, in order. */
  readonly told: boolean[] = [];
  #stoppedForMs = 0;
  #connection: NatsConnection | undefined;

  constructor(server: string) {
    const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + this.#stoppedForMs };
    this.election = new Election({ clock, instance: randomUUID(), server, onChange: (isActive) => this.told.push(isActive) });
    onTestFinished(() => this.election.stop());
  }

  async start(nats: NatsServer): Promise<void> {
    this.#connection = await nats.connect();
    await this.election.start(this.#connection);
  }

  /** As kill -9 does, for the server. */
  async die(): Promise<void> {
    await this.#connection?.close();
  }

  /** As if the process had been stopped for so long just now: what it had received meanwhile is still to be read. */
  wasStopped(ms: number): void {
    this.#stoppedForMs += ms;
  }
}

async function candidates(count: number): Promise<Candidate[]> {
  const nats = await NatsServer.start();
  const all = Array.from({ length: count }, () => new Candidate('chat1'));
  for (const candidate of all) await candidate.start(nats);
  return all;
}

const activeOf = (all: readonly Candidate[]): Candidate[] => all.filter(({ election }) => election.isActive());

it('of three publishers one is active, never two, and another one when it dies', async () => {
  const all = await candidates(3);
  for (let deaths = 0; deaths < 2; deaths += 1) {
    await until('one is active', () => activeOf(all).length === 1);
    for (let look = 0; look < 40; look += 1) {
      expect(activeOf(all).length).toBeLessThanOrEqual(1);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const [active] = activeOf(all);
    await active?.die();
    let most = 0;
    const isAnother = (): boolean => {
      const now = activeOf(all);
      most = Math.max(most, now.length);
      return now.length === 1 && now[0] !== active;
    };
    await until('another one is active', isAnother);
    expect(most).toBe(1);
  }
});

it('a publisher that was stopped does not believe that it is active when it goes on, whatever it finds in its buffer', async () => {
  const all = await candidates(2);
  await until('one is active', () => activeOf(all).length === 1);
  const [active] = activeOf(all);
  active?.wasStopped(7_000);
  expect(active?.election.isActive()).toBe(false);
});

it('a publisher that looks in the moment in which it is not active is told when it is again: it never waits for ever while all wait for it', async () => {
  const [candidate] = await candidates(1);
  await until('it is active', () => candidate?.election.isActive() === true);
  candidate?.wasStopped(1_600);
  expect(candidate?.election.isActive()).toBe(false);
  expect(candidate?.told).toEqual([true, false]);
  await until('it is told', () => candidate?.told.at(-1) === true);
});

it("publishers of two chat servers do not stand in each other's way", async () => {
  const nats = await NatsServer.start();
  const two = [new Candidate('chat1'), new Candidate('chat2')];
  for (const candidate of two) await candidate.start(nats);
  await until('both are active', () => activeOf(two).length === 2);
  expect(two.every(({ election }) => election.isActive())).toBe(true);
});
