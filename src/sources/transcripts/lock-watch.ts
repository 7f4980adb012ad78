// Owns which lock files are held. Short flaps are evened out here; what a lock means for a session is decided elsewhere.

import type { Clock } from '../../core/clock.ts';
import { type Belief, beliefIn, type Lock, type PidNamespace, processSight, readLock } from './lock-file.ts';
import type { Root } from './open-file.ts';

export interface LockWatchOptions {
  clock: Clock;
  root: Root;
  pidNamespace: PidNamespace;
  /** A lock is held; told again at every look. `since` is when it was taken. */
  onHeld(path: string, belief: Belief, since: number): void;
  /** A lock that was held, or hinted at, is gone. */
  onReleased(path: string): void;
}

// 2026.7 drops and takes the lock again within 50 ms inside a turn, and takes it for moments after one.
const FLAP_MS = 300;

/** Looks at lock files when told to. */
export class LockWatch {
  readonly #options: LockWatchOptions;
  readonly #heldByPath = new Map<string, number>();
  readonly #cancelByPath = new Map<string, () => void>();
  #namespace: PidNamespace;

  constructor(options: LockWatchOptions) {
    this.#options = options;
    this.#namespace = options.pidNamespace;
  }

  /** Something happened to a lock: what counts is how it stands a moment later. */
  hint(path: string): void {
    if (this.#cancelByPath.has(path)) return;
    const cancel = this.#options.clock.after(FLAP_MS, () => {
      this.#cancelByPath.delete(path);
      void this.#look(path, true);
    });
    this.#cancelByPath.set(path, cancel);
  }

  /** Whether this lock is known; a listing hints at the others. */
  knows(path: string): boolean {
    return this.#heldByPath.has(path) || this.#cancelByPath.has(path);
  }

  /** Looks at every held lock again. */
  async refresh(): Promise<void> {
    await Promise.all([...this.#heldByPath.keys()].map((path) => this.#look(path, false)));
  }

  stop(): void {
    for (const cancel of this.#cancelByPath.values()) cancel();
    this.#cancelByPath.clear();
  }

  async #look(path: string, wasHinted: boolean): Promise<void> {
    const lock = await readLock(path, this.#options.root);
    if (lock === undefined) return this.#missing(path, wasHinted);
    const ageMs = this.#options.clock.now() - lock.createdAt;
    // Taken again only just: wait for how this one stands. A clock that disagrees with the file's must not make us wait for ever.
    if (wasHinted && ageMs >= 0 && ageMs < FLAP_MS && this.#heldByPath.get(path) === undefined) this.hint(path);
    else await this.#held(path, lock);
  }

  #missing(path: string, wasHinted: boolean): void {
    // Found gone by the regular look: it may be taken again in a moment.
    if (this.#heldByPath.has(path) && !wasHinted) return this.hint(path);
    this.#heldByPath.delete(path);
    if (!this.#cancelByPath.has(path)) this.#options.onReleased(path);
  }

  async #held(path: string, lock: Lock): Promise<void> {
    const sight = lock.pid === undefined ? { kind: 'unknowable' as const } : await processSight(lock.pid);
    const belief = beliefIn(lock, sight, this.#namespace, this.#options.clock.now());
    // A process that is plainly the lock's owner shows that we see the gateway's pids; from now on a missing one is dead.
    if (belief.kind === 'alive' && this.#namespace === 'auto') this.#namespace = 'same';
    this.#heldByPath.set(path, lock.createdAt);
    this.#options.onHeld(path, belief, lock.createdAt);
  }
}
