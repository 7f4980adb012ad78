// The one timer of the publisher. It is set to the earliest instant that anybody has asked for, and rings once.

import type { Clock } from '../../core/clock.ts';

export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #timer: { at: number; cancel: () => void } | undefined;
  #isStopped = false;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at that instant (monotonic) or earlier, and never before this returns. */
  ringAt(at: number): void {
    if (this.#isStopped || (this.#timer !== undefined && this.#timer.at <= at)) return;
    this.#timer?.cancel();
    const cancel = this.#clock.after(Math.max(0, at - this.#clock.monotonic()), () => {
      this.#timer = undefined;
      this.#ring();
    });
    this.#timer = { at, cancel };
  }

  /** It never rings again. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }
}
