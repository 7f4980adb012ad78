// Owns the last good content of one `sessions.json` and when it is looked at. Does not know what entries mean for boxes.

import type { Clock } from '../../core/clock.ts';
import { decodeIndexEntry, type IndexEntry } from '../decoding/index-entry.ts';
import { asRecord, parseJson } from '../decoding/json-guards.ts';
import { type Root, withRegular } from './open-file.ts';
import type { Problems } from './problems.ts';
import { readAt } from './read-at.ts';

export interface IndexFileOptions {
  path: string;
  root: Root;
  clock: Clock;
  problems: Problems;
  /** Gets all entries whenever the file has changed and could be understood. */
  onEntries(entries: IndexEntry[]): void;
}

// The gateway replaces the file several times per turn, each time in full.
const MIN_GAP_MS = 250;
// A store of thousands of sessions takes long to parse: at most a twentieth of the time goes into it.
const MAX_LOAD = 20;
const MAX_BYTES = 64 * 1024 * 1024;

type Look = 'same' | 'read' | 'missing' | 'broken' | 'refused';

/** Keeps one index read. `look` may be called as often as something hints at a change: looks are spaced and never overlap. */
export class IndexFile {
  readonly #options: IndexFileOptions;
  #lastLook: Look = 'same';
  #version = '';
  #brokenVersion = '';
  #nextAt = 0;
  #running: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  #again = false;
  #isStopped = false;

  constructor(options: IndexFileOptions) {
    this.#options = options;
  }

  /** Looks at the file as soon as the last parse is long enough ago. Resolves when no look is going on (a postponed one is not waited for). */
  look(): Promise<void> {
    const waitMs = this.#nextAt - this.#options.clock.monotonic();
    if (this.#running !== undefined) this.#again = true;
    else if (waitMs > 0) this.#postpone(waitMs);
    else this.#running = this.#run();
    return this.#running ?? Promise.resolve();
  }

  stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    return this.#running ?? Promise.resolve();
  }

  #postpone(delayMs: number): void {
    if (this.#isStopped) return;
    this.#cancel ??= this.#options.clock.after(delayMs, () => {
      this.#cancel = undefined;
      void this.look();
    });
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
    if (look === 'missing' && this.#lastLook !== look) problems.note('index_missing', path);
    if (look === 'refused' && this.#lastLook !== look) problems.note('index_refused', path);
    if (look === 'read') for (const kind of ['index_missing', 'index_refused', 'index_broken'] as const) problems.over(kind, path);
    this.#lastLook = look;
  }

  async #readOnce(): Promise<Look> {
    try {
      return await withRegular(this.#options, async (opened) => {
        if (opened.kind === 'refused') return opened.refusal === 'missing' ? 'missing' : 'refused';
        const { handle, identity } = opened;
        if (identity.version === this.#version) return 'same';
        if (identity.size > MAX_BYTES) return 'refused';
        return this.#understand(await readAt(handle, 0, identity.size), identity.version);
      });
    } catch {
      return 'refused';
    }
  }

  /** A file caught half written is looked at again; only one that stays wrong is a problem. */
  #understand(bytes: Buffer, version: string): Look {
    const store = asRecord(parseJson(bytes.toString('utf8')));
    if (store === undefined) {
      if (this.#brokenVersion === version) this.#options.problems.note('index_broken', this.#options.path);
      else this.#postpone(MIN_GAP_MS);
      this.#version = this.#brokenVersion === version ? version : '';
      this.#brokenVersion = version;
      return 'broken';
    }
    this.#version = version;
    this.#options.onEntries(Object.entries(store).flatMap(([key, value]) => decodeIndexEntry(key, value) ?? []));
    return 'read';
  }
}
