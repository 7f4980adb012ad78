// Connects lock files and running rows with transcripts: lines written before a sign are always emitted before it.

import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../../core/clock.ts';
import type { IndexEntry } from '../decoding/index-entry.ts';
import { setBounded } from '../../../core/bounded-map.ts';
import { agentOf, isRunAlias } from '../decoding/session-key.ts';
import type { SessionEmitter, Origin } from './session-emitter.ts';
import { BusySessions, ROW_TRUSTED_MS } from './busy-sessions.ts';
import { fileKindOf, sessionIdOf } from './file-name.ts';
import type { LockTrust, PidNamespace } from './lock-file.ts';
import { LockWatch } from './lock-watch.ts';
import { RECENT_MS } from '../../../files/followed-file.ts';
import type { Root } from '../../../files/open-file.ts';
import { inSlices } from '../../../files/in-slices.ts';
import type { Transcripts } from './transcripts.ts';

export interface LifeSignsOptions {
  clock: Clock;
  root: Root;
  pidNamespace: PidNamespace;
  transcripts: Transcripts;
  emitter: SessionEmitter;
  /** The session of the transcript at this path; `undefined` when it is not known. */
  keyOf(path: string): string | undefined;
  /** The transcript of an index entry, whether it exists or not. */
  pathOf(entry: IndexEntry): string | undefined;
}

const MAX_ORIGINS = 5_000;
const ROWS_AT_ONCE = 64;

/** Signs of life outside the transcripts. */
export class LifeSigns {
  readonly #options: LifeSignsOptions;
  readonly #busy: BusySessions;
  readonly #locks: LockWatch;
  readonly #originsByKey = new Map<string, Origin>();

  constructor(options: LifeSignsOptions) {
    const { clock, root, pidNamespace, emitter } = options;
    this.#options = options;
    this.#busy = new BusySessions({
      clock,
      lastLineAt: (key) => emitter.lastLineAt(key),
      emit: (key, event) => emitter.emitOne(key, this.#originOf(key), event),
    });
    this.#locks = new LockWatch({
      clock,
      root,
      pidNamespace,
      onHeld: (path, trust, since) => void this.#held(path, trust, since),
      onReleased: (path) => void this.#released(path),
    });
  }

  isBusy(key: string): boolean {
    return this.#busy.isBusy(key);
  }

  /** A lock file was changed, created or removed. */
  hintLock(path: string): void {
    this.#locks.hint(path);
  }

  /** A listing shows a lock. `renew` checks known ones anyway. */
  foundLock(path: string): void {
    if (!this.#locks.isKnown(path)) this.#locks.hint(path);
  }

  /** Takes entries of an index that are new or changed. Entries without a recent update say nothing about now. */
  async indexed(entries: readonly IndexEntry[]): Promise<void> {
    const now = this.#options.clock.now();
    const relevant = entries.filter((entry) => !isRunAlias(entry.key) && now - (entry.updatedAt ?? 0) < RECENT_MS);
    await inSlices(relevant, ROWS_AT_ONCE, (entry) => this.#indexedOne(entry));
  }

  /** Whether there is something to check or to renew. */
  get areDue(): boolean {
    return this.#locks.hasHeld || this.#busy.areDue();
  }

  /** Checks held locks again and renews trusted signs. Call it every few seconds while that is due. */
  async renew(): Promise<void> {
    await this.#locks.refresh();
    this.#busy.renew();
  }

  stop(): void {
    this.#locks.stop();
  }

  async #indexedOne(entry: IndexEntry): Promise<void> {
    const path = this.#options.pathOf(entry);
    this.#setOrigin(entry.key, { agentId: agentOf(entry.key), sessionId: entry.sessionId });
    const isFresh = this.#options.clock.now() - (entry.updatedAt ?? 0) < ROW_TRUSTED_MS;
    if (path !== undefined && entry.status === 'running' && isFresh) await this.#options.transcripts.want(path, 'live');
    else if (path !== undefined) await this.#options.transcripts.read(path);
    this.#busy.indexed(entry);
  }

  async #held(lock: string, trust: LockTrust, since: number): Promise<void> {
    const found = this.#find(lock);
    if (found === undefined) return;
    if (trust.kind === 'alive' || trust.kind === 'aged') await this.#options.transcripts.want(found.path, 'live');
    this.#busy.lockHeld(found.key, trust, since);
  }

  async #released(lock: string): Promise<void> {
    const found = this.#find(lock);
    if (found === undefined) return;
    await this.#options.transcripts.read(found.path);
    this.#busy.lockReleased(found.key);
  }

  #find(lock: string): { path: string; key: string } | undefined {
    const kind = fileKindOf(basename(lock));
    if (kind.kind !== 'lock') return undefined;
    const path = join(dirname(lock), kind.transcript);
    const key = this.#options.keyOf(path);
    if (key === undefined) return undefined;
    this.#setOrigin(key, { agentId: agentOf(key), sessionId: sessionIdOf(kind.transcript) });
    return { path, key };
  }

  #setOrigin(key: string, origin: Origin): void {
    setBounded(this.#originsByKey, key, origin, MAX_ORIGINS);
  }

  #originOf(key: string): Origin {
    return this.#originsByKey.get(key) ?? { agentId: agentOf(key), sessionId: '' };
  }
}
