// Owns what goes on in the background: timers by name, and promises nobody waits for until the end.

import type { Clock } from './clock.ts';

export class Timers {
  readonly #clock: Clock;
  readonly #cancelByName = new Map<string, () => void>();
  readonly #pending = new Set<Promise<unknown>>();
  #isStopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs once after `delayMs`, unless one of the same name is waiting already. */
  once(name: string, delayMs: number, run: () => Promise<void>): void {
    if (this.#isStopped || this.#cancelByName.has(name)) return;
    const cancel = this.#clock.after(delayMs, () => {
      this.#cancelByName.delete(name);
      this.track(run());
    });
    this.#cancelByName.set(name, cancel);
  }

  /** Runs again and again, `delayMs()` after the run before has ended. */
  repeat(name: string, delayMs: () => number, run: () => Promise<void>): void {
    this.once(name, delayMs(), async () => {
      try {
        await run();
      } finally {
        this.repeat(name, delayMs, run);
      }
    });
  }

  track(promise: Promise<unknown>): void {
    const forget = () => this.#pending.delete(promise);
    this.#pending.add(promise);
    promise.then(forget, forget);
  }

  /** No timer fires any more. Resolves when what was under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const cancel of this.#cancelByName.values()) cancel();
    this.#cancelByName.clear();
    await Promise.allSettled(this.#pending);
  }
}
