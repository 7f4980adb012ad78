// Owns how far each source has read each of its files, as far as that is not on disk yet. Knows nothing of what a position says.

import type { Change, Checkpoint, Row, StoredPart } from './checkpoint.ts';

/** Whose positions are that a version wrote which knew one source of files only. */
const FIRST_OWNER = 'transcripts';

export class PositionStore implements StoredPart {
  readonly #checkpoint: Checkpoint;
  readonly #positionsByRow = new Map<string, unknown>();
  #withoutOwner: Row[];

  constructor(checkpoint: Checkpoint) {
    this.#checkpoint = checkpoint;
    this.#withoutOwner = checkpoint.rows('source');
  }

  /** What earlier processes wrote of the files of this source, by path. */
  stored(sourceId: string): Map<string, unknown> {
    const prefix = rowKey(sourceId, '');
    const own = this.#checkpoint.rows('position').filter(({ key }) => key.startsWith(prefix));
    const first = sourceId === FIRST_OWNER ? this.#withoutOwner : [];
    return new Map([
      ...first.map(({ key, value }) => [key, value] as const),
      ...own.map(({ key, value }) => [key.slice(prefix.length), value] as const),
    ]);
  }

  /** Written with everything else, so that a state and how far its file was read are on disk together. */
  note(sourceId: string, path: string, position: unknown): void {
    this.#positionsByRow.set(rowKey(sourceId, path), position);
  }

  changes(): Change[] {
    return [
      ...this.#withoutOwner.flatMap(({ key: path, value }): Change[] => [
        { kind: 'source', key: path, value: undefined },
        { kind: 'position', key: rowKey(FIRST_OWNER, path), value },
      ]),
      ...[...this.#positionsByRow].map(([key, value]): Change => ({ kind: 'position', key, value })),
    ];
  }

  written(): void {
    this.#withoutOwner = [];
    this.#positionsByRow.clear();
  }
}

/** No id of a source has a blank in it. */
function rowKey(sourceId: string, path: string): string {
  return `${sourceId} ${path}`;
}
