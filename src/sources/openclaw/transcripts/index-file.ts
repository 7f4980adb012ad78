// Reads one `sessions.json` whenever it has changed, and passes on its entries. Spaces these reads.

import { lstatSync } from 'node:fs';
import type { Clock } from '../../../core/clock.ts';
import { Timers } from '../../../core/timers.ts';
import type { IndexEntry } from '../decoding/index-entry.ts';
import { type IndexRows, readIndexRows } from './index-rows.ts';
import { identityOf, type Refusal, type Root, refusalOf, withRegular } from '../../../files/open-file.ts';
import type { ProblemKind, Problems } from './transcripts-problems.ts';

export interface IndexFileOptions {
  path: string;
  root: Root;
  clock: Clock;
  problems: Problems;
  /** Gets all entries whenever the file has changed and is valid. */
  onEntries(entries: IndexEntry[]): void;
}

// The gateway replaces the whole file several times per turn.
const MIN_GAP_MS = 250;
// An index of thousands of sessions takes long to parse: at most a twentieth of the time is spent on it.
const MAX_LOAD = 20;
const MAX_BYTES = 64 * 1024 * 1024;

type Look = 'same' | 'read' | 'broken' | (typeof REFUSALS)[number];

/** Why there are no rows, as kinds of problems. */
const REFUSALS = ['index_missing', 'index_refused', 'index_unreadable', 'index_large'] as const satisfies readonly ProblemKind[];

/** Follows one index. `look` may be called at every hint of a change: looks are spaced and never overlap. */
export class IndexFile {
  readonly #options: IndexFileOptions;
  #lastLook: Look = 'same';
  #version = '';
  #brokenVersion = '';
  #nextAt = 0;
  #running: Promise<void> | undefined;
  readonly #timers: Timers<'look'>;
  #again = false;
  #isCut = false;

  constructor(options: IndexFileOptions) {
    this.#options = options;
    this.#timers = new Timers(options.clock);
  }

  /** It was read a moment ago: a look would be put off. */
  get wasJustRead(): boolean {
    return this.#running !== undefined || this.#nextAt > this.#options.clock.monotonic();
  }

  /** Looks at the file, at once or when the last parse is long enough ago. Resolves when the current look is over, not a postponed one. */
  look(): Promise<void> {
    const waitMs = this.#nextAt - this.#options.clock.monotonic();
    if (this.#running !== undefined) this.#again = true;
    else if (waitMs > 0) this.#postpone(waitMs);
    else this.#running = this.#run();
    return this.#running ?? Promise.resolve();
  }

  /** Ends the looks. Problems of a file that is not looked at any more are cleared. */
  stop(): Promise<void> {
    this.#isCut = false;
    this.#clearProblems();
    void this.#timers.stop();
    return this.#running ?? Promise.resolve();
  }

  #postpone(delayMs: number): void {
    this.#timers.once('look', delayMs, () => void this.look());
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const startedAt = clock.monotonic();
    const look = await this.#readOnce();
    const tookMs = clock.monotonic() - startedAt;
    if (look === 'read') this.#nextAt = clock.monotonic() + Math.max(MIN_GAP_MS, MAX_LOAD * tookMs);
    this.#report(look);
    this.#running = undefined;
    if (this.#again) this.#postpone(Math.max(0, this.#nextAt - clock.monotonic()));
    this.#again = false;
  }

  #report(look: Look): void {
    const { problems, path } = this.#options;
    const refusal = REFUSALS.find((kind) => kind === look);
    if (refusal !== undefined && this.#lastLook !== look) problems.record(refusal, path);
    if (look === 'read') this.#clearProblems();
    this.#lastLook = look;
  }

  /** A file with too many rows is read anyway, so that problem stays. */
  #clearProblems(): void {
    const { problems, path } = this.#options;
    for (const kind of [...REFUSALS, 'index_broken'] as const) if (kind !== 'index_large' || !this.#isCut) problems.clear(kind, path);
  }

  async #readOnce(): Promise<Look> {
    try {
      // This runs for thousands of folders every few seconds, so an unchanged file costs one system call.
      const stats = lstatSync(this.#options.path, { bigint: true, throwIfNoEntry: false });
      if (stats === undefined) return 'index_missing';
      if (identityOf(stats).version === this.#version) return 'same';
      return await withRegular(this.#options, async (opened) => {
        if (opened.kind === 'refused') return lookOf(opened.refusal);
        const { fd, identity } = opened;
        if (identity.version === this.#version) return 'same';
        if (identity.size > MAX_BYTES) return 'index_large';
        return this.#useRows(await readIndexRows(fd, identity.size), identity.version);
      });
    } catch (error) {
      return lookOf(refusalOf(error));
    }
  }

  /** A half-written file is read again; only one that stays broken is a problem. */
  #useRows(rows: IndexRows, version: string): Look {
    if (rows.kind === 'broken') {
      if (this.#brokenVersion === version) this.#options.problems.record('index_broken', this.#options.path);
      else this.#postpone(MIN_GAP_MS);
      this.#version = this.#brokenVersion === version ? version : '';
      this.#brokenVersion = version;
      return 'broken';
    }
    this.#version = version;
    this.#isCut = rows.isCut;
    if (rows.isCut) this.#options.problems.recordOnce('index_large', this.#options.path);
    this.#options.onEntries(rows.entries);
    return 'read';
  }
}

function lookOf(refusal: Refusal): Look {
  switch (refusal) {
    case 'missing':
      return 'index_missing';
    case 'unreadable':
      return 'index_unreadable';
    case 'exhausted':
      return 'same'; // temporary: the last content is valid until then
    case 'symlink':
    case 'not_a_file':
    case 'outside':
    case 'failed':
      return 'index_refused';
    default:
      return refusal satisfies never;
  }
}
