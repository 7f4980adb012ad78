// The measured process: the built program, with the settings of a row. Owns the process and what it prints.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { type Account, accountOf } from './accounting.ts';
import { monotonicMs } from './monotonic.ts';
import { waitUntil } from './wait-until.ts';
import type { Workplace } from './workplace.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const PROBE = fileURLToPath(new URL('loop-probe.ts', import.meta.url));
const STOP_MS = 15_000;

export interface LoopDelay {
  p99Ms: number;
  longestMs: number;
}

export interface WatcherOptions {
  url: string;
  /** The folder of transcripts, where there is one. */
  agents?: string;
  /** Behind `run`. */
  args?: readonly string[];
  /** Settings beside those that every row has. */
  env?: NodeJS.ProcessEnv;
  /** The delay of its event loop will be asked for. */
  withProbe?: boolean;
}

export class Watcher {
  readonly startedAtMs = monotonicMs();
  readonly #child: ChildProcess;
  #output = '';

  constructor(place: Workplace, { url, agents, args = [], env = {}, withProbe = false }: WatcherOptions) {
    const home = place.folder('home');
    const probing = withProbe ? ['--import', probe()] : [];
    this.#child = place.node([...place.profiling, ...probing, PROGRAM, 'run', ...args], {
      stdio: ['ignore', 'pipe', 'pipe', ...(withProbe ? ['ipc' as const] : [])],
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        MM_URL: url,
        MM_TOKEN: SAMPLE.botToken,
        ...(agents === undefined ? {} : { TRANSCRIPT_DIR: agents }),
        STATE_DIR: join(home, 'state'),
        PID_FILE: join(home, 'watcher.pid'),
        HEALTH_PORT: '0',
        OPEN_AFTER_MS: '0',
        ...env,
      },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on('data', (data: Buffer) => (this.#output += data.toString()));
  }

  /** Resolves with the milliseconds from the start until everything that was there is read. */
  async running(): Promise<number> {
    await this.#says('The watcher runs');
    return monotonicMs() - this.startedAtMs;
  }

  async connected(): Promise<void> {
    await this.#says('Connected to Mattermost');
  }

  async #says(words: string): Promise<void> {
    const said = (): string => this.#output.slice(-2_000);
    const holds = (): boolean => {
      if (this.#child.exitCode !== null) throw new Error(`The watcher has ended: ${said()}`);
      return this.#output.includes(words);
    };
    await waitUntil(`the watcher says "${words}"`, holds, { detail: () => `It said: ${said()}` });
  }

  account(): Account {
    return accountOf(this.#child.pid ?? 0);
  }

  /** The delay of its event loop while `work` is done; for a watcher with a probe. */
  async loopDelay(work: () => Promise<void>): Promise<LoopDelay> {
    this.#child.send('begin');
    await work();
    const answered = once(this.#child, 'message');
    this.#child.send('end');
    const [delay] = (await answered) as [LoopDelay];
    return delay;
  }

  /** In order, so that a profile is written; at last by force. */
  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  }
}

/** Without its types: Node would load what takes them away into the measured process. */
function probe(): string {
  return `data:text/javascript,${encodeURIComponent(stripTypeScriptTypes(readFileSync(PROBE, 'utf8')))}`;
}
