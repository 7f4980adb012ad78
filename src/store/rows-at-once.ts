// Owns the rows of one kind that must be on disk at once, and which of them a full disk has refused. Knows nothing of what they mean.

import type { Change, Checkpoint, Row, RowKind, StoredPart } from './checkpoint.ts';

export class RowsAtOnce implements StoredPart {
  readonly #checkpoint: Checkpoint;
  readonly #kind: RowKind;
  readonly #refusedByKey = new Map<string, Change>();

  constructor(checkpoint: Checkpoint, kind: RowKind) {
    this.#checkpoint = checkpoint;
    this.#kind = kind;
  }

  rows(): Row[] {
    return this.#checkpoint.rows(this.#kind);
  }

  /** What is on disk under that key. */
  get(key: string): unknown {
    return this.rows().find((row) => row.key === key)?.value;
  }

  /** On disk when this returns, where the disk allows; `undefined` deletes. What the disk refuses is written with everything else later. */
  put(key: string, value: unknown): void {
    const change: Change = { kind: this.#kind, key, value };
    if (this.#checkpoint.write([change])) this.#refusedByKey.delete(key);
    else this.#refusedByKey.set(key, change);
  }

  changes(): Change[] {
    return [...this.#refusedByKey.values()];
  }

  written(): void {
    this.#refusedByKey.clear();
  }
}
