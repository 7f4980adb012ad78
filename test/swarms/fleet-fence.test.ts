// Publishers as processes that are stopped and go on (a paused pod, a swapping machine), and that are killed.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../support/until.ts';
import { NatsServer } from './nats-server.ts';

const SCRIPT = fileURLToPath(new URL('candidate-process.ts', import.meta.url));

class Publisher {
  readonly #process: ChildProcess;
  #output = '';

  constructor(url: string) {
    this.#process = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', SCRIPT, url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process.stdout?.on('data', (piece: Buffer) => (this.#output += piece.toString()));
    onTestFinished(async () => {
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGKILL');
      await ended;
    });
  }

  get isReady(): boolean {
    return this.#output.includes('ready');
  }

  /** When it would have sent a request, by the wall clock. */
  get requests(): number[] {
    return this.#output.split('\n').slice(0, -1).map(Number).filter(Number.isFinite);
  }

  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    this.#process.kill(name);
  }
}

async function publishers(count: number): Promise<Publisher[]> {
  const nats = await NatsServer.start();
  const all = Array.from({ length: count }, () => new Publisher(nats.url));
  await until('they are ready', () => all.every(({ isReady }) => isReady));
  return all;
}

/** The one that sent a request last, since then. */
function activeSince(all: readonly Publisher[], since: number): Publisher | undefined {
  return all.find(({ requests }) => (requests.at(-1) ?? 0) > since);
}

async function nextActive(all: readonly Publisher[], not?: Publisher): Promise<Publisher> {
  const since = Date.now();
  const found = (): Publisher | undefined =>
    activeSince(
      all.filter((each) => each !== not),
      since,
    );
  await until('one of them is active', () => found() !== undefined);
  return found() ?? (all[0] as Publisher);
}

/** No request of one publisher lies between two of another: each turn of an active one is over before the next begins. */
function expectOneAtATime(all: readonly Publisher[]): void {
  const inOrder = all
    .flatMap((publisher) => publisher.requests.map((at) => ({ publisher, at })))
    .toSorted((one, other) => one.at - other.at);
  const changes = inOrder.filter(({ publisher }, index) => index > 0 && inOrder[index - 1]?.publisher !== publisher);
  const gapsMs = changes.map(({ at }) => at - (inOrder[inOrder.findIndex((each) => each.at === at) - 1]?.at ?? 0));
  expect(gapsMs.every((gap) => gap > 0)).toBe(true);
  const turns = changes.length + 1;
  expect(turns).toBeLessThanOrEqual(all.length * 4);
}

it('one that was stopped and goes on sends nothing while another one is active', async () => {
  const all = await publishers(2);
  for (let round = 0; round < 2; round += 1) {
    const active = await nextActive(all);
    active.signal('SIGSTOP');
    const next = await nextActive(all, active);
    const before = active.requests.length;
    active.signal('SIGCONT');
    await sleep(3_000); // it reads what it had received meanwhile; the other one is active
    expect(active.requests.length).toBe(before);
    expect(next.requests.length).toBeGreaterThan(0);
  }
  expectOneAtATime(all);
});

it('one that is killed is followed by another one', async () => {
  const all = await publishers(3);
  const killed: Publisher[] = [];
  for (let round = 0; round < 2; round += 1) {
    const active = await nextActive(all.filter((each) => !killed.includes(each)));
    active.signal('SIGKILL');
    killed.push(active);
    await nextActive(all, active);
  }
  expectOneAtATime(all);
});
