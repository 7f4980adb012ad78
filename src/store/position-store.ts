// Holds how far each source has read each of its files, until that is on disk. Does not know what a position means.

import type { Change, Checkpoint, Row, StoredPart } from './checkpoint.ts';

/** The owner of positions that version 0.1 wrote: it knew one source of files only. */
const FIRST_OWNER = 'transcripts';

export class PositionStore implements StoredPart {
  readonly #checkpoint: Checkpoint;
  readonly #changed: (unwritten: number) => void;
  readonly #positionsByRow = new Map<string, unknown>();
  #withoutOwner: Row[];

  constructor(checkpoint: Checkpoint, changed: (unwritten: number) => void) {
    this.#checkpoint = checkpoint;
    this.#changed = changed;
    this.#withoutOwner = checkpoint.rows('source');
  }

  /** The positions that earlier processes wrote for this source, by path. */
  stored(sourceId: string): Map<string, unknown> {
    if (sourceId === FIRST_OWNER && this.#withoutOwner.length > 0) return new Map(this.#withoutOwner.map(({ key, value }) => [key, value]));
    const prefix = rowKey(sourceId, '');
    return new Map(this.#rowsOf(sourceId).map(({ key, value }) => [key.slice(prefix.length), value]));
  }

  /** Written with everything else, so that a session and the position in its file reach the disk together. */
  set(sourceId: string, path: string, position: unknown): void {
    this.#positionsByRow.set(rowKey(sourceId, path), position);
    this.#changed(this.#positionsByRow.size);
  }

  changes(): Change[] {
    return [
      ...this.#outdatedRows().map(({ kind, key }): Change => ({ kind, key, value: undefined })),
      ...this.#withoutOwner.flatMap(({ key: path, value }): Change[] => [
        { kind: 'source', key: path, value: undefined },
        { kind: 'position', key: rowKey(FIRST_OWNER, path), value },
      ]),
      ...[...this.#positionsByRow].map(([key, value]): Change => ({ kind: 'position', key, value })),
    ];
  }

  /** Version 0.1, used again for a while, has read the files further: its positions replace the older ones of this version. */
  #outdatedRows(): Row[] {
    return this.#withoutOwner.length === 0 ? [] : this.#rowsOf(FIRST_OWNER);
  }

  #rowsOf(sourceId: string): Row[] {
    const prefix = rowKey(sourceId, '');
    return this.#checkpoint.rows('position').filter(({ key }) => key.startsWith(prefix));
  }

  written(): void {
    this.#withoutOwner = [];
    this.#positionsByRow.clear();
  }
}

/** The id of a source contains no blank. */
function rowKey(sourceId: string, path: string): string {
  return `${sourceId} ${path}`;
}
