// Watches whether the processes of open threads are still there. Knows only which threads are open; says once when one is gone.

import type { Clock } from '../../core/clock.ts';
import { Timers } from '../../core/timers.ts';
import { type LockState, ThreadLocks, type ThreadLocksOptions } from './thread-locks.ts';

export interface ThreadWatchOptions extends ThreadLocksOptions {
  clock: Clock;
  /** The ids of threads with something open. */
  open(): readonly string[];
  /** Reads what the thread has written until now: its last line may say more. */
  catchUp(threadId: string): Promise<void>;
  onGone(threadId: string): void;
}

const LOOK_MS = 1_000;
const AGAIN_MS = 250; // a rewind removes the lock and makes it anew within 25 ms

export class ThreadWatch {
  readonly #options: ThreadWatchOptions;
  readonly #locks: ThreadLocks;
  readonly #timers: Timers<'look' | 'again'>;

  constructor(options: ThreadWatchOptions) {
    this.#options = options;
    this.#locks = new ThreadLocks(options);
    this.#timers = new Timers(options.clock);
  }

  /** Something is open: looks regularly from now on, until nothing is. */
  wake(): void {
    this.#timers.once('look', LOOK_MS, () => this.#look());
  }

  stop(): Promise<void> {
    return this.#timers.stop();
  }

  /** Nothing of the thread is open any more. */
  closed(threadId: string): void {
    this.#locks.forget(threadId);
  }

  async #look(): Promise<void> {
    const gone = await this.#goneOf(this.#options.open());
    if (gone.length > 0) this.#timers.once('again', AGAIN_MS, () => this.#lookAgain(gone));
    if (this.#options.open().length > 0) this.wake();
  }

  async #lookAgain(doubtful: readonly string[]): Promise<void> {
    for (const id of await this.#goneOf(doubtful)) {
      await this.#options.catchUp(id);
      if (this.#options.open().includes(id)) this.#options.onGone(id);
    }
  }

  async #goneOf(ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const states = await this.#locks.statesOf(ids);
    return ids.filter((id) => isGone(states.get(id)));
  }
}

function isGone(state: LockState | undefined): boolean {
  return state === 'free' || state === 'ended';
}
