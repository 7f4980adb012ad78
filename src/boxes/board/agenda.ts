// Knows when time alone may next change which box. Has neither a clock nor a timer.

interface Item {
  at: number;
  since: number;
}

export class Agenda {
  readonly #itemsById = new Map<string, Item>();
  /** No box is due before. */
  #earliest = Number.POSITIVE_INFINITY;

  /** In place of what was set for the box before. `since` is when its turn would be if it had not to wait for others. */
  set(boxId: string, at: number, since = at): void {
    this.#itemsById.set(boxId, { at, since });
    this.#earliest = Math.min(this.#earliest, at);
  }

  delete(boxId: string): void {
    this.#itemsById.delete(boxId);
  }

  /** All instants move. */
  shift(byMs: number): void {
    for (const [boxId, { at, since }] of this.#itemsById) this.#itemsById.set(boxId, { at: at + byMs, since: since + byMs });
    this.#earliest += byMs;
  }

  /** Nothing is due before. Something need not be due then: what was the earliest may have been put off. */
  earliest(): number {
    return this.#earliest;
  }

  /** Takes the boxes off that are due, those that wait longest first. */
  takeDue(now: number): string[] {
    if (now < this.#earliest) return [];
    const due = [...this.#itemsById].filter(([, { at }]) => at <= now).toSorted(([, one], [, other]) => one.since - other.since);
    for (const [boxId] of due) this.#itemsById.delete(boxId);
    this.#earliest = Number.POSITIVE_INFINITY;
    for (const { at } of this.#itemsById.values()) this.#earliest = Math.min(this.#earliest, at);
    return due.map(([boxId]) => boxId);
  }
}
