// Knows which sessions the newest records tell, by box: a box may have shown sub-agents that its newest record has no room for any more, and
// nobody else would forget them.

export class ToldKeys {
  readonly #keysByBox = new Map<string, ReadonlySet<string>>();
  readonly #boxesByKey = new Map<string, number>();

  has(boxId: string): boolean {
    return this.#keysByBox.has(boxId);
  }

  /** The newest record of the box tells these sessions. Returns those that no record tells any more. */
  set(boxId: string, keys: Iterable<string>): string[] {
    const now = new Set(keys);
    for (const key of now) this.#boxesByKey.set(key, this.#boxesOf(key) + 1);
    const before = this.#keysByBox.get(boxId) ?? new Set();
    this.#keysByBox.set(boxId, now);
    return this.#release(before);
  }

  /** The box is over. Its sessions are forgotten by whoever shows it. */
  forget(boxId: string): void {
    this.#release(this.#keysByBox.get(boxId) ?? new Set());
    this.#keysByBox.delete(boxId);
  }

  #release(keys: ReadonlySet<string>): string[] {
    return [...keys].filter((key) => {
      const boxes = this.#boxesOf(key) - 1;
      if (boxes > 0) this.#boxesByKey.set(key, boxes);
      else this.#boxesByKey.delete(key);
      return boxes <= 0;
    });
  }

  #boxesOf(key: string): number {
    return this.#boxesByKey.get(key) ?? 0;
  }
}
