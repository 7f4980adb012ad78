// Owns when a source looks at everything it has: now and then, because file events get lost, and soon when one hints at it.

import type { Clock } from '../core/clock.ts';
import { Timers } from '../core/timers.ts';

export interface SweepsOptions {
  clock: Clock;
  /** Looks at everything that is there now, whatever events were lost. Never throws. */
  sweep(): Promise<void>;
  /** Whether file events come; without them sweeps are all there is. */
  hasEvents(): boolean;
}

const SWEEP_MS = 5_000; // makes up for lost file events
const POLL_MS = 1_000; // without file events, and while the directory is missing
const SOON_MS = 50; // a folder appears together with its first files

export class Sweeps {
  readonly #options: SweepsOptions;
  readonly #timers: Timers<'sweep' | 'soon'>;
  #newest: Promise<void> = Promise.resolve();
  /** The sweep that has not begun yet. */
  #next: Promise<void> | undefined;
  #soonMs = SOON_MS;
  #isStopped = false;

  constructor(options: SweepsOptions) {
    this.#options = options;
    this.#timers = new Timers(options.clock);
  }

  /** A sweep from its beginning. Sweeps never overlap, and one that waits is enough for all who want one. */
  now(): Promise<void> {
    this.#next ??= this.#newest.then(() => {
      this.#next = undefined;
      return this.#isStopped ? undefined : this.#sweepOnce();
    });
    this.#newest = this.#next;
    return this.#next;
  }

  /** Something may have come or gone. */
  soon(): void {
    this.#timers.once('soon', this.#soonMs, () => this.now());
  }

  /** From now on everything is looked at again and again. */
  start(): void {
    const { hasEvents } = this.#options;
    this.#timers.repeat(
      'sweep',
      () => (hasEvents() ? SWEEP_MS : POLL_MS),
      () => this.now(),
    );
  }

  /** No sweep begins any more. Resolves when those that time or a hint began have ended; one of `now` is its caller's to wait for. */
  stop(): Promise<void> {
    this.#isStopped = true;
    return this.#timers.stop();
  }

  /** Whoever makes folders all the time must not make us sweep all the time. */
  async #sweepOnce(): Promise<void> {
    const { clock, sweep } = this.#options;
    const startedAt = clock.monotonic();
    await sweep();
    this.#soonMs = Math.max(SOON_MS, clock.monotonic() - startedAt);
  }
}
