// Writes the rows of one kind immediately, and keeps those that a full disk has refused. Does not know what they mean.

import type { Change, Checkpoint, Row, RowKind, StoredPart } from './checkpoint.ts';

export class ImmediateRows implements StoredPart {
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

  /** The value on disk under that key. */
  get(key: string): unknown {
    return this.rows().find((row) => row.key === key)?.value;
  }

  /** On disk when this returns, unless the disk fails; `undefined` deletes. A row that the disk refuses is written later with the rest. */
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
