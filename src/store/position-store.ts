// Owns how far each source was read, by its path, as far as that is not on disk yet. Knows nothing of what a position says.

import type { Change, Checkpoint, StoredPart } from './checkpoint.ts';

export class PositionStore implements StoredPart {
  readonly #checkpoint: Checkpoint;
  readonly #positionsByPath = new Map<string, unknown>();

  constructor(checkpoint: Checkpoint) {
    this.#checkpoint = checkpoint;
  }

  /** What earlier processes wrote. */
  stored(): Map<string, unknown> {
    return new Map(this.#checkpoint.rows('source').map((row) => [row.key, row.value]));
  }

  /** Written with everything else, so that a state and how far its source was read are on disk together. */
  note(path: string, position: unknown): void {
    this.#positionsByPath.set(path, position);
  }

  changes(): Change[] {
    return [...this.#positionsByPath].map(([key, value]) => ({ kind: 'source', key, value }));
  }

  written(): void {
    this.#positionsByPath.clear();
  }
}
