// Owns the entries that are still to be written into the ledger, in order. Knows neither rules nor the checkpoint.

import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/log.ts';
import { appendEntries, type AppendOptions, type OwedEntry } from './append.ts';
import type { OwnEntry } from './entry.ts';

export interface LedgerWriterPorts {
  clock: Clock;
  log: Logger;
  append: AppendOptions;
  /** Called when what is owed has changed. */
  changed(): void;
}

export interface LedgerWriterFacts {
  /** Entries that wait to be written. */
  waiting: number;
  /** Entries that were given up because too many waited. */
  dropped: number;
  written: number;
  /** What keeps entries from being written, or endangers the chain, in words. */
  problem: string | undefined;
}

interface Owed extends OwedEntry {
  /** Whether the checkpoint has it: only then it is written, so that a crash neither loses nor repeats it. */
  isSafe: boolean;
}

const MAX_WAITING = 1_000;
const BATCH = 50; // entries under one lock: others must get their turn
const RETRY_MS = 5_000;

export class LedgerWriter {
  readonly #ports: LedgerWriterPorts;
  #owed: Owed[];
  #dropped = 0;
  #written = 0;
  #failure: string | undefined;
  #unlocked: string | undefined;
  #retryAt = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> | undefined;

  /** `stored` is what `stored()` gave in an earlier process, which may have written some of it. */
  constructor(ports: LedgerWriterPorts, stored: readonly OwnEntry[] | undefined) {
    this.#ports = ports;
    this.#owed = (stored ?? []).map((entry) => ({ entry, isDoubtful: true, isSafe: true }));
  }

  stored(): OwnEntry[] {
    return this.#owed.map(({ entry }) => entry);
  }

  /** Adds an entry. When too many wait it is given up and counted: the oldest say how it began. */
  owe(entry: OwnEntry): void {
    if (this.#owed.length >= MAX_WAITING) {
      this.#dropped++;
      return;
    }
    this.#owed.push({ entry, isDoubtful: false, isSafe: false });
    this.#ports.changed();
  }

  /** Everything owed so far is in the checkpoint. */
  markSafe(): void {
    for (const owed of this.#owed) owed.isSafe = true;
  }

  /** Writes what may be written. Concurrent calls share one writing; never rejects. */
  write(): Promise<void> {
    this.#writing ??= this.#writeBatches().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeBatches(): Promise<void> {
    while (this.#ports.clock.monotonic() >= this.#retryAt) {
      const batch = this.#owed.slice(0, BATCH).filter(({ isSafe }) => isSafe);
      if (batch.length === 0) return;
      const result = await appendEntries(batch, this.#ports.append);
      if (result.kind === 'failed') {
        this.#noteFailure(result.because, batch);
        return;
      }
      this.#owed = this.#owed.slice(result.written);
      this.#written += result.written;
      this.#noteSuccess(result);
      this.#ports.changed();
    }
  }

  /** A write that failed half way is not repeated blindly. */
  #noteFailure(because: string, batch: readonly Owed[]): void {
    for (const owed of batch) owed.isDoubtful = true;
    if (this.#failure === undefined)
      this.#ports.log.warn({ because }, 'The audit ledger cannot be written. Findings wait and are written later.');
    this.#failure = because;
    this.#retryAt = this.#ports.clock.monotonic() + RETRY_MS;
  }

  #noteSuccess({ unlocked, healedTornLine }: { unlocked?: string; healedTornLine: boolean }): void {
    if (this.#failure !== undefined) this.#ports.log.info({}, 'The audit ledger can be written again.');
    if (unlocked !== undefined && this.#unlocked === undefined)
      this.#ports.log.warn({ because: unlocked }, 'The audit ledger cannot be locked: other writers may fork its chain.');
    if (healedTornLine)
      this.#ports.log.warn(
        {},
        'The last line of the audit ledger was torn. It was ended and left as it is; the chain goes on from the line before it.',
      );
    this.#failure = undefined;
    this.#unlocked = unlocked;
  }

  facts(): LedgerWriterFacts {
    const problem =
      this.#failure ??
      (this.#unlocked === undefined ? undefined : `it cannot be locked (${this.#unlocked}), so other writers may fork its chain`);
    return { waiting: this.#owed.length, dropped: this.#dropped, written: this.#written, problem };
  }
}
