// One life of the real daemon on the machine of a story: its clock, disk and network are the test's. Dies at once and for good when told to.

import { Daemon } from '../../../src/app/daemon.ts';
import type { HealthParts } from '../../../src/app/health-facts.ts';
import type { Machine } from '../../../src/app/machine.ts';
import { portsOf } from '../../../src/app/sources.ts';
import type { BoxNews, BoxView } from '../../../src/boxes/publish/publisher-ports.ts';
import type { Config } from '../../../src/config/config.ts';
import type { Clock } from '../../../src/core/clock.ts';
import type { Logger } from '../../../src/core/log.ts';
import { createToken } from '../../../src/sinks/resilience/token.ts';
import type { Checkpoint } from '../../../src/store/checkpoint.ts';
import { TRANSCRIPTS } from '../../../src/sources/openclaw/transcripts/transcripts-identity.ts';
import { GRACE_MS } from '../../../src/takeover/leftovers.ts';
import type { AgentSession } from './agent.ts';
import type { Network } from './network.ts';
import { observed, type SentPush } from './pushes.ts';
import { Reader } from './reader.ts';

/** What every life shares. */
export interface Surroundings {
  config: Config;
  clock: Clock;
  network: Network;
  disk: Checkpoint;
  /** What stands in the token's file. */
  tokenFile(): string;
  sessions(): readonly AgentSession[];
  onShow(view: BoxView | BoxNews): void;
  onPush(push: SentPush): void;
  onSkipped(key: string): void;
  log: Logger;
}

export class Watcher {
  readonly #daemon: Daemon;
  readonly #stop = new AbortController();
  #reader: Reader | undefined;
  #isAlive = true;
  readonly #ended: Promise<number>;

  constructor(name: string, around: Surroundings) {
    const { config, log } = around;
    this.#daemon = new Daemon(config, { log, graceMs: GRACE_MS, machine: this.#machine(name, around), onView: around.onShow });
    this.#ended = this.#daemon.run(this.#stop.signal);
  }

  parts(): HealthParts {
    return this.#daemon.parts();
  }

  /** Something was written or locked. */
  hint(session: AgentSession): void {
    this.#reader?.hint(session);
  }

  /** An orderly stop. Resolves with the exit code when the process has ended. */
  async leave(): Promise<number> {
    this.#stop.abort();
    const code = await this.#ended;
    this.kill();
    return code;
  }

  kill(): void {
    this.#isAlive = false;
  }

  /** Nothing is left to be done but to watch. */
  isQuiet(): boolean {
    const { publisher, board, chat } = this.parts();
    const { dirty, waiting, parked } = publisher.stats();
    const isPlacing = board.entries().some((entry) => entry.phase === 'placing');
    const isOpen = chat.facts({}, undefined).breaker !== 'closed';
    return chat.connected() !== undefined && dirty === 0 && waiting === 0 && parked.length === 0 && !isPlacing && !isOpen;
  }

  #machine(instance: string, around: Surroundings): Machine {
    const clock = this.#mortal(around.clock);
    const token = createToken(around.tokenFile(), () => ({ value: around.tokenFile() }));
    const client = { name: instance, isAlive: () => this.#isAlive, token: () => token.current() };
    const send = observed(around.network.transportOf(client), clock, around.onPush);
    return {
      clock,
      instance,
      gateway: 'gateway',
      token,
      random: () => 0.5,
      checkpoint: this.#mortalDisk(around.disk),
      transport: { send, close: async () => undefined },
      process: { facts: () => ({ rssBytes: 0, eventLoopDelayP99Ms: 0 }) },
      env: {},
      sources: async (host) => {
        const ports = portsOf(TRANSCRIPTS, host, [TRANSCRIPTS]);
        this.#reader = new Reader({ ...ports, written: () => around.sessions(), onSkipped: (key) => around.onSkipped(key) });
        return [this.#reader];
      },
    };
  }

  /** Timers of a dead process do not fire. */
  #mortal(clock: Clock): Clock {
    const after: Clock['after'] = (delayMs, run) => clock.after(delayMs, () => this.#isAlive && run());
    return { now: () => clock.now(), monotonic: () => clock.monotonic(), after };
  }

  #mortalDisk(disk: Checkpoint): Checkpoint {
    return {
      rows: (kind) => disk.rows(kind),
      write: (changes) => this.#isAlive && disk.write(changes),
      problem: () => disk.problem(),
      close: () => disk.close(),
    };
  }
}
