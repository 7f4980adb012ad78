// A whole fleet of real processes around a real nats-server: watchers with agents at work, publishers, and a Mattermost. Owns all of them, and
// knows from the chat alone who of the publishers is active.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../src/demo/free-port.ts';
import { Watcher } from '../integration/harness.ts';
import { inherited } from '../support/inherited.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { Chat } from './chat.ts';
import { FleetAgents } from './fleet-agents.ts';
import { FleetJudge } from './fleet-judge.ts';
import type { AtEnd } from './nats-server.ts';

export interface FleetOptions {
  /** Addresses of the bus, divided by commas. */
  url: string;
  /** The word for the chat server: fleets of several share a bus. */
  server?: string;
  gateways?: number;
  publishers?: number;
  /** Of each gateway. */
  agents?: number;
  random?: () => number;
  env?: NodeJS.ProcessEnv;
  envOf?: (role: FleetRole) => NodeJS.ProcessEnv;
  atEnd: AtEnd;
}

type FleetRole = 'publisher' | 'watcher';

/** A place for one process after the other. */
export interface Place {
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  process: Watcher | undefined;
}

const ACTIVE_MS = 1_500; // whoever wrote within that is active

const COMMON: NodeJS.ProcessEnv = {
  OPEN_AFTER_MS: '0',
  EDITS_PER_SECOND: '100:200',
  CHANNEL_EDITS_PER_HOUR: '0',
  MAX_ACTIVE_SESSIONS: '0',
  THROTTLE_MS: '100',
  PACE: '1s',
  LOG_LEVEL: 'info',
};

export class Fleet {
  readonly chat: Chat;
  readonly judge = new FleetJudge();
  readonly agents: readonly FleetAgents[];
  readonly watchers: readonly Place[];
  readonly publishers: readonly Place[];
  #lastWrite: { at: number; who: string } = { at: 0, who: '' };

  private constructor(chat: Chat, machines: Pick<Fleet, 'agents' | 'watchers' | 'publishers'>) {
    this.chat = chat;
    this.agents = machines.agents;
    this.watchers = machines.watchers;
    this.publishers = machines.publishers;
    chat.onVersion((version) => this.judge.take(version));
    chat.onWrite((write) => (this.#lastWrite = write));
  }

  static async start(options: FleetOptions): Promise<Fleet> {
    const {
      url,
      server = 'chat1',
      gateways = 2,
      publishers = 2,
      agents = 6,
      random = Math.random,
      env = {},
      envOf = () => ({}),
      atEnd,
    } = options;
    const folder = tempFolder('fleet');
    atEnd(async () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
    const names = (what: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${server}${what}${index}`);
    const tokens = names('publisher', publishers).map((name) => `fake-token-of-${name}`);
    const chat = await Chat.start(tokens, atEnd);
    const place = async (name: string, more: NodeJS.ProcessEnv): Promise<Place> => {
      const home = join(folder, name);
      mkdirSync(home);
      const own = { HOME: home, STATE_DIR: join(home, 'state'), PID_FILE: join(home, 'x.pid'), HEALTH_PORT: String(await freePort()) };
      return {
        name,
        env: { ...inherited(), ...COMMON, FLEET_URL: url, FLEET_SERVER: server, ...own, ...more, ...env },
        process: undefined,
      };
    };
    const watcherPlaces = names('w', gateways).map((name) =>
      place(name, { TRANSCRIPT_DIR: join(folder, name, 'agents'), GATEWAY_ID: name, ...envOf('watcher') }),
    );
    const publisherPlaces = tokens.map((token) => place(token, { MM_URL: chat.url, MM_TOKEN: token, ...envOf('publisher') }));
    const [watchers, all] = await Promise.all([Promise.all(watcherPlaces), Promise.all(publisherPlaces)]);
    const workers = watchers.map(
      ({ name }) => new FleetAgents({ folder: join(folder, name, 'agents'), gateway: name, count: agents, random }),
    );
    const fleet = new Fleet(chat, { agents: workers, watchers, publishers: all });
    atEnd(() => fleet.#end());
    return fleet;
  }

  /** All processes, publishers first: they make what is on the bus. */
  async run(): Promise<void> {
    for (const place of this.publishers) this.begin(place, 'publisher');
    for (const place of this.watchers) this.begin(place, 'watcher');
    await Promise.all([...this.publishers, ...this.watchers].map((place) => isUp(place)));
    const isActive = ({ process }: Place): boolean => process?.output.includes('Connected to Mattermost') ?? false;
    await until('a publisher is active', () => this.publishers.some(isActive), { detail: () => this.output });
  }

  begin(place: Place, role: FleetRole): Watcher {
    place.process = new Watcher(place.env, { args: ['--role', role] });
    return place.process;
  }

  /** The publisher that has written last, if that was just now. */
  get active(): Place | undefined {
    const { at, who } = this.#lastWrite;
    return at > Date.now() - ACTIVE_MS ? this.publishers.find(({ name }) => name === who) : undefined;
  }

  /** When it is known who is active, and all others can follow. */
  async settled(): Promise<Place> {
    await Promise.all(this.publishers.map((place) => isUp(place)));
    let active: Place | undefined;
    await until('a publisher is active', () => (active = this.active) !== undefined, { detail: () => this.output });
    return active ?? (this.publishers[0] as Place);
  }

  /** The end of all that agents did, in boxes. */
  async converge(timeoutMs = 100_000): Promise<void> {
    await Promise.all(this.agents.map((agents) => agents.stop()));
    await this.saysEnds(timeoutMs);
  }

  async saysEnds(timeoutMs = 100_000): Promise<void> {
    const detail = (): string => `${this.missing.join('\n')}\n${this.output}`;
    await until('every turn says its end', () => this.missing.length === 0, { timeoutMs, detail });
  }

  /** Turns whose end is not shown, in words. */
  get missing(): string[] {
    const marks = this.agents.flatMap((agents) => agents.marks).filter((mark) => !this.judge.saysEndOf(mark));
    return marks.map((mark) => (this.judge.has(mark) ? `${mark}: its post does not say its end` : `${mark} has no post`));
  }

  /** Turns whose newest step is not shown. */
  get behind(): readonly string[] {
    const steps = this.agents.flatMap((agents) => agents.steps);
    return steps.filter(({ mark, step }) => this.judge.stepOf(mark) < step).map(({ mark, step }) => `${mark} is at step ${step}`);
  }

  /** Resolves when all boxes are equal to what the agents did, with the milliseconds that it took. */
  async equal(what: string): Promise<number> {
    const since = Date.now();
    await until(what, () => this.behind.length === 0, { detail: () => `${this.behind.join('\n')}\n${this.output}` });
    return Date.now() - since;
  }

  get output(): string {
    return [...this.publishers, ...this.watchers].map(({ name, process }) => `--- ${name}\n${process?.output.slice(-2_000)}`).join('\n');
  }

  async #end(): Promise<void> {
    await Promise.all(this.agents.map((agents) => agents.stop()));
    for (const { process } of [...this.watchers, ...this.publishers]) {
      process?.child.kill('SIGCONT');
      await process?.stop('SIGKILL');
    }
  }
}

/** It has read its configuration and loaded its modules, and joins the others. */
async function isUp({ name, process }: Place): Promise<void> {
  const isThere = ({ output }: Watcher): boolean => output.includes('stands by') || output.includes('The watcher runs');
  await until(`${name} is up`, () => process === undefined || isThere(process), { detail: () => process?.output ?? '' });
}
