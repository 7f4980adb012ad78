// Keeps the entries that wait to be written into the ledger, and writes them in order. Knows neither rules nor the checkpoint.

import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/log.ts';
import { appendEntries, type AppendOptions, type WaitingEntry } from './append-entries.ts';
import type { OwnEntry } from './entry.ts';

export interface LedgerWriterPorts {
  clock: Clock;
  log: Logger;
  append: AppendOptions;
  /** Called when the waiting entries have changed. */
  changed(): void;
}

export interface LedgerWriterFacts {
  /** Entries that wait to be written. */
  waiting: number;
  /** Entries that were given up because too many waited. */
  dropped: number;
  written: number;
  /** The reason why entries cannot be written, or why the chain is in danger. */
  problem: string | undefined;
}

interface Waiting extends WaitingEntry {
  /** Whether the checkpoint has it. Only then it is written, so that a crash neither loses nor repeats it. */
  isSafe: boolean;
}

const MAX_WAITING = 1_000;
const BATCH = 50; // entries under one lock, so that other writers get their turn
const RETRY_MS = 5_000;

export class LedgerWriter {
  readonly #ports: LedgerWriterPorts;
  #waiting: Waiting[];
  #dropped = 0;
  #written = 0;
  #failure: string | undefined;
  #unlocked: string | undefined;
  #retryAt = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> | undefined;

  /** `stored` is what `stored()` gave in an earlier process, which may have written some of it. */
  constructor(ports: LedgerWriterPorts, stored: readonly OwnEntry[] | undefined) {
    this.#ports = ports;
    this.#waiting = (stored ?? []).map((entry) => ({ entry, isDoubtful: true, isSafe: true }));
  }

  stored(): OwnEntry[] {
    return this.#waiting.map(({ entry }) => entry);
  }

  /** Adds an entry. When too many wait, it is dropped and counted: the oldest show how the trouble began. */
  add(entry: OwnEntry): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#dropped++;
      return;
    }
    this.#waiting.push({ entry, isDoubtful: false, isSafe: false });
    this.#ports.changed();
  }

  /** All entries added so far are in the checkpoint. */
  markSafe(): void {
    for (const waiting of this.#waiting) waiting.isSafe = true;
  }

  /** Writes the entries that are safe. Concurrent calls share one write; never rejects. */
  write(): Promise<void> {
    this.#writing ??= this.#writeBatches().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeBatches(): Promise<void> {
    while (this.#ports.clock.monotonic() >= this.#retryAt) {
      const batch = this.#waiting.slice(0, BATCH).filter(({ isSafe }) => isSafe);
      if (batch.length === 0) return;
      const result = await appendEntries(batch, this.#ports.append);
      if (result.kind === 'failed') {
        this.#setFailure(result.because, batch);
        return;
      }
      this.#waiting = this.#waiting.slice(result.written);
      this.#written += result.written;
      this.#setSuccess(result);
      this.#ports.changed();
    }
  }

  /** A write that failed may have written some entries: the next one searches for them. */
  #setFailure(because: string, batch: readonly Waiting[]): void {
    for (const waiting of batch) waiting.isDoubtful = true;
    if (this.#failure === undefined)
      this.#ports.log.warn(
        { because },
        'The audit ledger cannot be written. Findings wait and are written later. Check the path and its permissions.',
      );
    this.#failure = because;
    this.#retryAt = this.#ports.clock.monotonic() + RETRY_MS;
  }

  #setSuccess({ unlocked, healedTornLine }: { unlocked?: string; healedTornLine: boolean }): void {
    if (this.#failure !== undefined) this.#ports.log.info({}, 'The audit ledger can be written again.');
    if (unlocked !== undefined && this.#unlocked === undefined)
      this.#ports.log.warn(
        { because: unlocked },
        'The audit ledger cannot be locked. Other writers may fork its chain. Check that flock (util-linux) is installed.',
      );
    if (healedTornLine)
      this.#ports.log.warn(
        {},
        'The last line of the audit ledger was torn. It got a line feed and stays; the chain goes on from the line before it.',
      );
    this.#failure = undefined;
    this.#unlocked = unlocked;
  }

  facts(): LedgerWriterFacts {
    const problem =
      this.#failure ??
      (this.#unlocked === undefined ? undefined : `it cannot be locked (${this.#unlocked}), so other writers may fork its chain`);
    return { waiting: this.#waiting.length, dropped: this.#dropped, written: this.#written, problem };
  }
}
