// The moment at which a state is derived. Remembers how long its answers hold, so that nobody has to derive the state again before.

export class Moment {
  readonly #at: number;
  #holdsUntil = Number.POSITIVE_INFINITY;

  constructor(at: number) {
    this.#at = at;
  }

  /** Whether the moment is before `instant`. */
  isBefore(instant: number): boolean {
    if (this.#at >= instant) return false;
    this.#holdsUntil = Math.min(this.#holdsUntil, instant);
    return true;
  }

  /** At any later moment before this one, every answer so far would have been the same. */
  get holdsUntil(): number {
    return this.#holdsUntil;
  }
}
