// Reads what running processes say about themselves, and watches whether they still run. Decides nothing about turns.

import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { Timers } from '../../core/timers.ts';
import { SmallFile } from '../../files/small-file.ts';
import { decodeJobState, decodeLiveState, type JobState, type LiveState } from './live-state.ts';
import type { ProcessSight, ProcessState } from './process-sight.ts';

export interface LiveProcess extends LiveState {
  state: ProcessState;
  /** Such as `pts/3`; only of a process of this machine that runs in one. */
  terminal?: string | undefined;
}

export interface LiveFilesOptions {
  root: string;
  clock: Clock;
  sight: ProcessSight;
  /** Something about this session's processes or its job is new. */
  onChange(sessionId: string): void;
}

const MAX_BYTES = 64 * 1024;
const TORN_MS = 20; // a file that is overwritten in place is whole again after this
const MAX_TORN_READS = 25;
const MAX_FILES = 2_000;

interface Known<State> {
  file: SmallFile;
  state: State | undefined;
  tornReads: number;
}

export class LiveFiles {
  readonly #options: LiveFilesOptions;
  readonly #timers: Timers;
  readonly #processesByPath = new Map<string, Known<LiveProcess>>();
  readonly #jobsByPath = new Map<string, Known<JobState>>();

  constructor(options: LiveFilesOptions) {
    this.#options = options;
    this.#timers = new Timers(options.clock);
  }

  /** The processes of a session that are not known to be gone. */
  of(sessionId: string): LiveProcess[] {
    return this.all().filter((process) => process.sessionId === sessionId && process.state !== 'gone');
  }

  all(): LiveProcess[] {
    return [...this.#processesByPath.values()].flatMap(({ state }) => state ?? []);
  }

  jobOf(sessionId: string): JobState | undefined {
    return [...this.#jobsByPath.values()].find(({ state }) => state?.sessionId === sessionId)?.state;
  }

  /** Whether processes can be seen here at all: the folder of their files may not be mounted. */
  get areVisible(): boolean {
    return existsSync(join(this.#options.root, 'sessions'));
  }

  /** Reads a file again. It may be new, changed or gone. */
  async look(path: string): Promise<void> {
    const known = this.#processesByPath.get(path) ?? this.#newKnown<LiveProcess>(path, this.#processesByPath);
    const read = await known?.file.read();
    if (known === undefined || read?.kind === 'unchanged') return;
    if (read?.kind !== 'read') return this.#forget(path);
    const state = decodeLiveState(read.text, read.writtenAt);
    if (state === undefined) return this.#again(path, known, () => this.look(path));
    known.tornReads = 0;
    const before = known.state;
    known.state = await this.#seen(state);
    this.#tell(before, known.state);
  }

  async #seen(state: LiveState): Promise<LiveProcess> {
    const { sight } = this.#options;
    const seen = await sight.stateOf(state);
    const terminal = seen === 'alive' ? await sight.terminalOf(state) : undefined;
    return { ...state, state: seen, ...(terminal === undefined ? {} : { terminal }) };
  }

  async lookJob(path: string): Promise<void> {
    const known = this.#jobsByPath.get(path) ?? this.#newKnown<JobState>(path, this.#jobsByPath);
    const read = await known?.file.read();
    if (known === undefined || read?.kind === 'unchanged') return;
    const state = read?.kind === 'read' ? decodeJobState(read.text) : undefined;
    const before = known.state;
    known.state = state;
    if (read?.kind !== 'read') this.#jobsByPath.delete(path);
    for (const sessionId of new Set([before?.sessionId, state?.sessionId])) if (sessionId !== undefined) this.#options.onChange(sessionId);
  }

  /** Whether known processes still run. */
  async judge(): Promise<void> {
    for (const known of this.#processesByPath.values()) {
      const { state } = known;
      if (state === undefined || state.state === 'gone') continue;
      const now = await this.#options.sight.stateOf(state);
      if (now === state.state || known.state !== state) continue;
      known.state = { ...state, state: now };
      this.#options.onChange(state.sessionId);
    }
  }

  /** Makes up for lost file events. `names` are those in the folder now. */
  async list(folder: string, paths: readonly string[]): Promise<void> {
    const there = new Set(paths);
    for (const path of this.#processesByPath.keys()) if (dirname(path) === folder && !there.has(path)) this.#forget(path);
    for (const path of paths) await this.look(path);
  }

  stop(): Promise<void> {
    return this.#timers.stop();
  }

  #newKnown<State>(path: string, all: Map<string, Known<State>>): Known<State> | undefined {
    if (all.size >= MAX_FILES) return undefined;
    const known: Known<State> = { file: new SmallFile({ path, root: this.#options.root }, MAX_BYTES), state: undefined, tornReads: 0 };
    all.set(path, known);
    return known;
  }

  #forget(path: string): void {
    const before = this.#processesByPath.get(path)?.state;
    this.#processesByPath.delete(path);
    if (before !== undefined) this.#options.onChange(before.sessionId);
  }

  #again(path: string, known: Known<unknown>, look: () => Promise<void>): void {
    known.file.forget();
    known.tornReads += 1;
    if (known.tornReads <= MAX_TORN_READS) this.#timers.once(basename(path), TORN_MS, look);
  }

  /** After `/clear` the same process has another session. */
  #tell(before: LiveProcess | undefined, after: LiveProcess): void {
    if (before !== undefined && before.sessionId !== after.sessionId) this.#options.onChange(before.sessionId);
    this.#options.onChange(after.sessionId);
  }
}
