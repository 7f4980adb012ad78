// Keeps the timers of one part of the program, and the promises that nobody else awaits.

import type { Clock } from './clock.ts';

/** A promise that `run` returns is tracked: it must not reject. */
type Run = () => void | Promise<void>;

/** Timers have names, so that there is one of each; `after` is for those of which there may be any number. */
export class Timers<Name extends string = string> {
  readonly #clock: Clock;
  readonly #cancelsByName = new Map<Name | symbol, () => void>();
  readonly #pending = new Set<Promise<unknown>>();
  #isStopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs once after `delayMs`, unless one of the same name is waiting already. */
  once(name: Name, delayMs: number, run: Run): void {
    if (!this.isWaiting(name)) this.#start(name, delayMs, run);
  }

  /** Runs once after `delayMs`, in place of one of the same name that is waiting. */
  restart(name: Name, delayMs: number, run: Run): void {
    this.cancel(name);
    this.#start(name, delayMs, run);
  }

  /** Runs once after `delayMs`, whatever else is waiting. */
  after(delayMs: number, run: Run): void {
    this.#start(Symbol('after'), delayMs, run);
  }

  /** Runs again and again, `delayMs()` after the run before has ended. */
  repeat(name: Name, delayMs: () => number, run: () => Promise<void>): void {
    this.once(name, delayMs(), async () => {
      try {
        await run();
      } finally {
        this.repeat(name, delayMs, run);
      }
    });
  }

  isWaiting(name: Name): boolean {
    return this.#cancelsByName.has(name);
  }

  cancel(name: Name): void {
    this.#cancelsByName.get(name)?.();
    this.#cancelsByName.delete(name);
  }

  /** Cancels all waiting timers; later ones run. */
  cancelAll(): void {
    for (const cancel of this.#cancelsByName.values()) cancel();
    this.#cancelsByName.clear();
  }

  track(promise: Promise<unknown>): void {
    const forget = () => this.#pending.delete(promise);
    this.#pending.add(promise);
    promise.then(forget, forget);
  }

  /** No timer fires any more, and none is begun. Resolves when all that was running has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.cancelAll();
    await Promise.allSettled(this.#pending);
  }

  #start(name: Name | symbol, delayMs: number, run: Run): void {
    if (this.#isStopped) return;
    const cancel = this.#clock.after(delayMs, () => {
      this.#cancelsByName.delete(name);
      const running = run();
      if (running !== undefined) this.track(running);
    });
    this.#cancelsByName.set(name, cancel);
  }
}
