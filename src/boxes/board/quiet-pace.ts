// Limits the edits that only say that time goes on: the boxes in which nothing happens take turns. Pure but for what it remembers.

const DISTANCE_MS = 15_000; // four requests a minute for all such boxes together
const ROUND_MS = 10 * 60_000; // and more when otherwise a box would wait longer than this for its turn

export class QuietPace {
  #nextAt = Number.NEGATIVE_INFINITY;

  /** The next turn is not before. */
  nextAt(): number {
    return this.#nextAt;
  }

  /** Takes the turn at the instant `now`, if it is time; `boxes` is how many there are. */
  take(now: number, boxes: number): boolean {
    if (now < this.#nextAt) return false;
    this.#nextAt = now + Math.min(DISTANCE_MS, ROUND_MS / Math.max(1, boxes));
    return true;
  }

  shift(byMs: number): void {
    this.#nextAt += byMs;
  }
}
