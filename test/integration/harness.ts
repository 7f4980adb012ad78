// A watcher process, the stand-in it talks to and the folder both live in. Owns processes, sockets and temporary files.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { HealthReport } from '../../src/health/health-report.ts';
import type { Post } from '../../src/stand-in/post.ts';
import { SAMPLE, sampleSeed } from '../../src/stand-in/sample-seed.ts';
import { type StandInServer, serveStandIn } from '../../src/stand-in/server.ts';
import { createStandIn, type StandIn, type StandInOptions } from '../../src/stand-in/stand-in.ts';
import { MAIN } from './cli-process.ts';
import { endedWithTests } from './process-cleanup.ts';
import { OpenClawWriter } from './openclaw-writer.ts';
import { inherited } from '../support/inherited.ts';
import { freePort } from '../../src/demo/free-port.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';

/** `title` and `lines` of a box as a person reads them. */
export interface Box {
  postId: string;
  title: string;
  text: string;
}

/** One folder with a stand-in, transcripts and any number of watchers. */
export interface Rig {
  readonly folder: string;
  readonly standIn: StandIn;
  readonly server: StandInServer;
  readonly writer: OpenClawWriter;
  /** Starts a watcher over this rig; `extra` replaces environment variables. Ends with the rig. */
  watcher(extra?: NodeJS.ProcessEnv, options?: WatcherOptions): Promise<Watcher>;
  boxes(): Box[];
  close(): Promise<void>;
}

export interface WatcherOptions {
  /** Goes in front of the command, such as `prlimit --nofile=64`. */
  prefix?: readonly string[];
  /** Instead of the real program. */
  script?: string;
  /** Behind `run`. */
  args?: readonly string[];
}

export interface RigOptions extends Partial<StandInOptions> {
  /** Called for each request when it arrives, before it takes effect. */
  onRequest?(method: string, path: string): void;
}

export async function createRig({ onRequest, ...options }: RigOptions = {}): Promise<Rig> {
  const folder = tempFolder('rig');
  const standIn = createStandIn({ clock: { now: () => Date.now() }, seed: sampleSeed(), ...options });
  const server = await serveStandIn(observed(standIn, onRequest), { port: 0 });
  const watchers: Watcher[] = [];
  return {
    folder,
    standIn,
    server,
    writer: new OpenClawWriter(join(folder, 'agents')),
    watcher: async (extra = {}, watcherOptions = {}) => {
      const watcher = new Watcher(environment(folder, server.url, await freePort(), extra), watcherOptions);
      watchers.push(watcher);
      return watcher;
    },
    boxes: () => boxesOf(standIn.posts()),
    close: async () => {
      for (const watcher of watchers) await watcher.stop('SIGKILL');
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function observed(standIn: StandIn, onRequest: RigOptions['onRequest']): StandIn {
  if (onRequest === undefined) return standIn;
  const arrive: StandIn['arrive'] = (request) => {
    onRequest(request.method, request.path);
    return standIn.arrive(request);
  };
  return { ...standIn, arrive };
}

function environment(folder: string, url: string, port: number, extra: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...inherited(),
    HOME: folder,
    MM_URL: url,
    MM_TOKEN: SAMPLE.botToken,
    TRANSCRIPT_DIR: join(folder, 'agents'),
    STATE_DIR: join(folder, 'state'),
    PID_FILE: join(folder, 'x.pid'),
    HEALTH_PORT: String(port),
    OPEN_AFTER_MS: '0',
    LOG_LEVEL: 'debug',
    ...extra,
  };
}

/** One run of the program. */
export class Watcher {
  readonly child: ChildProcess;
  readonly startedAt = performance.now();
  output = '';
  readonly healthUrl: string;
  readonly env: NodeJS.ProcessEnv;
  readonly #ended: Promise<unknown>;

  constructor(env: NodeJS.ProcessEnv, { prefix = [], script = process.env['LIVE_STATUS_BIN'] ?? MAIN, args: more = [] }: WatcherOptions) {
    const node = process.env['LIVE_STATUS_NODE'] ?? process.execPath;
    const [program, ...args] = [...prefix, node, '--disable-warning=ExperimentalWarning', script, 'run', ...more];
    this.env = env;
    this.healthUrl = `http://127.0.0.1:${env['HEALTH_PORT']}/health`;
    this.child = endedWithTests(spawn(program ?? node, args, { stdio: ['ignore', 'pipe', 'pipe'], env }));
    this.child.stdout?.on('data', (data: Buffer) => (this.output += data.toString()));
    this.child.stderr?.on('data', (data: Buffer) => (this.output += data.toString()));
    this.#ended = once(this.child, 'close');
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves when everything that was there was read and Mattermost has answered. */
  async ready(): Promise<this> {
    await this.says('Connected to Mattermost');
    return this.says('The watcher runs');
  }

  async says(words: string): Promise<this> {
    await until(`the watcher says "${words}"`, () => this.output.includes(words), { detail: () => this.output });
    return this;
  }

  async health(): Promise<HealthReport> {
    return (await (await fetch(this.healthUrl)).json()) as HealthReport;
  }

  /** Sends the signal and waits for the end; the exit code is `null` after a kill. */
  async stop(signal: NodeJS.Signals): Promise<number | null> {
    if (this.isRunning) this.child.kill(signal);
    await this.#ended;
    return this.child.exitCode;
  }
}

export function boxesOf(posts: readonly Post[]): Box[] {
  return posts.map((post) => {
    const [attachment] = (post.props['attachments'] ?? []) as { title: string; fields: { value: string }[] | null }[];
    return { postId: post.id, title: attachment?.title ?? '', text: attachment?.fields?.[0]?.value ?? '' };
  });
}

/** Repeatable randomness: 0 ≤ x < 1, the same sequence for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
