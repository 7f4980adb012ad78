// Looks at the files of a workspace every few seconds and tells what they say. They are few and small, and some are rewritten as a whole:
// what cannot be read at the moment is as it was. It writes nothing.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { parseJson } from '../../core/json-guards.ts';
import { Timers } from '../../core/timers.ts';
import type { UnknownKinds } from '../../core/unknown-kinds.ts';
import { SmallFile } from '../../files/small-file.ts';
import { Tail } from '../../files/tail.ts';
import {
  type AgentState,
  type DaemonState,
  decodeAgentState,
  decodeDaemonHealth,
  decodeDaemonState,
  decodeNotification,
  decodeSessionStatus,
  decodeSessionStops,
  decodeSpawn,
  type Notification,
  type SessionStatus,
  type SessionStop,
} from './workspace-files.ts';

export interface WorkspaceListener {
  worksHere(place: string, state: AgentState): void;
  daemon(state: DaemonState): void;
  sessionStatus(node: string, status: SessionStatus): void;
  daemonHealth(state: ReturnType<typeof decodeDaemonHealth>): void;
  sessionStops(date: string, stops: readonly SessionStop[]): void;
  spawned(type: string, at: number): void;
  memoryLine(value: unknown): void;
  notified(notification: Notification): void;
}

interface WorkspaceOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly problems: UnknownKinds;
  readonly listener: WorkspaceListener;
  readonly lookMs?: number;
}

const LOOK_MS = 2_000;
const MOST_BYTES = 1_000_000;
const MOST_FILES = 40;
/** The project has kept them in these places. */
const WATCHER_LOGS = ['watcher.jsonl', '.tmp/watcher.jsonl', 'memory/watcher.jsonl', '.learnings/watcher.jsonl'];
const LEDGERS = ['notifications/ledger.jsonl', '../notifications/ledger.jsonl', 'notifications-ledger.jsonl'];

export class WorkspaceWatch {
  readonly #options: WorkspaceOptions;
  readonly #timers: Timers<'look'>;
  readonly #filesByPath = new Map<string, SmallFile>();
  readonly #tails: readonly (readonly [Tail, (line: string) => void])[];
  #isThere = false;
  #wasRead = false;

  constructor(options: WorkspaceOptions) {
    this.#options = options;
    this.#timers = new Timers(options.clock);
    this.#tails = this.#logs().map(([name, take]) => [this.#tailOf(name), take]);
  }

  get wasRead(): boolean {
    return this.#wasRead;
  }

  /** Why nothing is read; `undefined` when all is well. */
  get because(): string | undefined {
    return this.#isThere || !this.#wasRead ? undefined : `there is no workspace at ${this.#options.folder}; correct OPENCLAW_NODE_DIR`;
  }

  async start(): Promise<void> {
    await this.#look();
    this.#timers.repeat(
      'look',
      () => this.#options.lookMs ?? LOOK_MS,
      () => this.#look(),
    );
  }

  stop(): Promise<void> {
    return this.#timers.stop();
  }

  async #look(): Promise<void> {
    this.#isThere = statSync(this.#options.folder, { throwIfNoEntry: false })?.isDirectory() === true;
    for (const [name, take] of this.#smallFiles()) await this.#read(name, take);
    for (const [tail, take] of this.#tails) await this.#readOn(tail, take);
    this.#wasRead = true;
  }

  #smallFiles(): [string, (text: string) => unknown][] {
    const { listener } = this.#options;
    const daemon = (text: string): void => given(decodeDaemonState(text), (state) => listener.daemon(state));
    const agents = this.#names('.tmp', /^agent-state.*\.json$/);
    const states = this.#names('.', /^\.daemon-state-.+\.md$/);
    const days = this.#names('memory', /^\d{4}-\d{2}-\d{2}\.md$/).slice(-2); // today's, and yesterday's around midnight
    return [
      ...agents.map((name): [string, (text: string) => unknown] => [
        join('.tmp', name),
        (text) => given(decodeAgentState(text), (state) => listener.worksHere(name, state)),
      ]),
      ['.tmp/daemon-state.json', daemon],
      ...states.map((name): [string, (text: string) => unknown] => [
        name,
        (text) => given(decodeSessionStatus(text), (status) => listener.sessionStatus(name.slice('.daemon-state-'.length, -3), status)),
      ]),
      ['.daemon-health.md', (text) => listener.daemonHealth(decodeDaemonHealth(text))],
      ...days.map((name): [string, (text: string) => unknown] => [
        join('memory', name),
        (text) => listener.sessionStops(name.slice(0, -3), decodeSessionStops(text, name.slice(0, -3))),
      ]),
    ];
  }

  #logs(): [string, (line: string) => void][] {
    const { listener, problems } = this.#options;
    const spawned = (line: string): void => given(decodeSpawn(line), ({ type, at }) => listener.spawned(type, at));
    const notified = (line: string): void => {
      const notification = decodeNotification(line);
      if (notification === undefined) problems.add('notification-line');
      else listener.notified(notification);
    };
    return [
      ['memory/agent-audit.log', spawned],
      ...WATCHER_LOGS.map((name): [string, (line: string) => void] => [name, (line) => listener.memoryLine(parseJson(line))]),
      ...LEDGERS.map((name): [string, (line: string) => void] => [name, notified]),
    ];
  }

  /** The newest names by the alphabet; none where there is no such folder. */
  #names(folder: string, pattern: RegExp): string[] {
    try {
      const names = readdirSync(join(this.#options.folder, folder)).filter((name) => pattern.test(name));
      return names.toSorted().slice(-MOST_FILES);
    } catch {
      return [];
    }
  }

  async #read(name: string, take: (text: string) => unknown): Promise<void> {
    const path = join(this.#options.folder, name);
    const file = this.#filesByPath.get(path) ?? new SmallFile({ path, root: this.#options.folder }, MOST_BYTES);
    if (this.#filesByPath.size < 10 * MOST_FILES) this.#filesByPath.set(path, file);
    const read = await file.read();
    if (read.kind === 'read') take(read.text);
    if (read.kind === 'too_large') this.#options.problems.add('file-too-large');
    if (read.kind === 'refused' && read.refusal !== 'missing') this.#options.problems.add(`file-${read.refusal}`);
  }

  #tailOf(name: string): Tail {
    const { folder, clock } = this.#options;
    return new Tail({ path: join(folder, name), root: name.startsWith('..') ? undefined : folder, clock, maxLineBytes: MOST_BYTES });
  }

  async #readOn(tail: Tail, take: (line: string) => void): Promise<void> {
    for (;;) {
      const read = await tail.read();
      if (!('lines' in read)) return;
      for (const { text, isTooLong } of read.lines) {
        if (isTooLong === true) this.#options.problems.add('line-too-long');
        else if (text.trim() !== '') take(text);
      }
      if (!read.more) return;
    }
  }
}

function given<T>(value: T | undefined, use: (value: T) => void): void {
  if (value !== undefined) use(value);
}
