// Shares out each turn of the event loop, so that what many want to do at once does not hold it up. Knows nothing of what they do.

const SLICE_MS = 5; // the longest time without a turn of the event loop, but for one piece of work
const MOST_PIECES = 64; // in one turn: each costs a callback, also when the time is over before it comes

export class LoopTurn {
  readonly #waiting: (() => void)[] = [];
  #beganAt: number | undefined;
  #isAsked = false;

  /** Runs the work at once while this turn of the event loop has time left, else in a later one, in order. Resolves with its result. */
  async run<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#waiting.length > 0 || !this.#hasTime()) await new Promise<void>((begin) => this.#wait(begin));
    return work();
  }

  #hasTime(): boolean {
    const now = performance.now();
    if (this.#beganAt === undefined) setImmediate(() => (this.#beganAt = undefined));
    this.#beganAt ??= now;
    return now - this.#beganAt < SLICE_MS;
  }

  #wait(begin: () => void): void {
    this.#waiting.push(begin);
    if (!this.#isAsked) this.#askForTurn();
  }

  /** One callback for each piece: what it begins has run as far as it can before the next one looks at the time. */
  #askForTurn(): void {
    this.#isAsked = true;
    for (let piece = 0; piece < Math.min(MOST_PIECES, this.#waiting.length); piece++) setImmediate(() => this.#beginNext());
    setImmediate(() => {
      this.#isAsked = false;
      if (this.#waiting.length > 0) this.#askForTurn();
    });
  }

  #beginNext(): void {
    if (this.#waiting.length > 0 && this.#hasTime()) this.#waiting.shift()?.();
  }
}
