// Decides when a source looks at everything: regularly, because file events get lost, and soon after a hint.

import type { Clock } from '../core/clock.ts';
import { Timers } from '../core/timers.ts';

export interface SweepsOptions {
  clock: Clock;
  /** Looks at everything that exists now, whatever events were lost. Never throws. */
  sweep(): Promise<void>;
  /** Whether file events arrive. Without them changes are found by sweeps alone. */
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

  /** Starts a sweep, after the current one. Sweeps never overlap; all callers share the one that waits. */
  now(): Promise<void> {
    this.#next ??= this.#newest.then(() => {
      this.#next = undefined;
      return this.#isStopped ? undefined : this.#sweepOnce();
    });
    this.#newest = this.#next;
    return this.#next;
  }

  /** A file or folder may have come or gone. */
  soon(): void {
    this.#timers.once('soon', this.#soonMs, () => this.now());
  }

  /** Starts the regular sweeps. */
  start(): void {
    const { hasEvents } = this.#options;
    this.#timers.repeat(
      'sweep',
      () => (hasEvents() ? SWEEP_MS : POLL_MS),
      () => this.now(),
    );
  }

  /** Starts no more sweeps. Resolves when those of timers and hints have ended; callers of `now` wait for theirs themselves. */
  stop(): Promise<void> {
    this.#isStopped = true;
    return this.#timers.stop();
  }

  /** An agent that creates folders all the time must not cause sweeps all the time. */
  async #sweepOnce(): Promise<void> {
    const { clock, sweep } = this.#options;
    const startedAt = clock.monotonic();
    await sweep();
    this.#soonMs = Math.max(SOON_MS, clock.monotonic() - startedAt);
  }
}
