// Shares out each turn of the event loop, so that what many want to do at once does not hold it up. Knows nothing of what they do.

import { setImmediate as nextTurn } from 'node:timers/promises';

const SLICE_MS = 5; // the longest time without a turn of the event loop, but for one piece of work

export class LoopTurn {
  #beganAt: number | undefined;

  /** Runs the work at once while this turn of the event loop has time left, else in a later one. Resolves with its result. */
  async run<T>(work: () => T | Promise<T>): Promise<T> {
    while (!this.#hasTime()) await nextTurn();
    return work();
  }

  #hasTime(): boolean {
    const now = performance.now();
    if (this.#beganAt === undefined) setImmediate(() => (this.#beganAt = undefined));
    this.#beganAt ??= now;
    return now - this.#beganAt < SLICE_MS;
  }
}
