// The state directory of a story: the checkpoint's rows as they would be on a disk. Survives the watchers.

import type { Change, Checkpoint, Row, RowKind } from '../../../src/store/checkpoint.ts';
import type { Clock } from '../../../src/core/clock.ts';

export class Disk implements Checkpoint {
  readonly #clock: Clock;
  #isFull = false;
  #freedAt = Number.NEGATIVE_INFINITY;
  readonly #rows = new Map<string, { kind: RowKind; key: string; text: string }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  fill(isFull: boolean): void {
    if (this.#isFull && !isFull) this.#freedAt = this.#clock.monotonic();
    this.#isFull = isFull;
  }

  /** Whether there was no room at that instant (monotonic) or since. */
  wasFullAt(instant: number): boolean {
    return this.#isFull || this.#freedAt >= instant;
  }

  rows(kind: RowKind): Row[] {
    return [...this.#rows.values()].flatMap(({ kind: own, key, text }) =>
      own === kind ? [{ kind, key, value: JSON.parse(text) as unknown }] : [],
    );
  }

  write(changes: readonly Change[]): boolean {
    if (this.#isFull) return false;
    for (const { kind, key, value } of changes) {
      if (value === undefined) this.#rows.delete(`${kind} ${key}`);
      else this.#rows.set(`${kind} ${key}`, { kind, key, text: JSON.stringify(value) });
    }
    return true;
  }

  /** Whether anything stored names that box. */
  names(boxId: string): boolean {
    return [...this.#rows.values()].some(({ text }) => text.includes(boxId));
  }

  erase(): void {
    this.#rows.clear();
  }

  problem(): undefined {
    return undefined;
  }

  close(): void {
    // A disk stays.
  }
}
