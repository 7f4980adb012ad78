// Tracks which lock files are held, and ignores short interruptions. busy-sessions.ts decides what a lock means for a session.

import { dirname } from 'node:path';
import type { Clock } from '../../../core/clock.ts';
import { Timers } from '../../../core/timers.ts';
import { type LockTrust, trustIn, type Lock, type PidNamespace, processSight, readLock } from './lock-file.ts';
import { MAX_FOLLOWED } from '../../../files/folder-quota.ts';
import type { Root } from '../../../files/open-file.ts';
import { inSlices } from '../../../files/in-slices.ts';

export interface LockWatchOptions {
  clock: Clock;
  root: Root;
  pidNamespace: PidNamespace;
  /** A lock is held. Called at every look. `since` is when it was taken. */
  onHeld(path: string, trust: LockTrust, since: number): void;
  /** A lock that was held, or for which there was a hint, is gone. */
  onReleased(path: string): void;
}

const LOOKS_AT_ONCE = 32;
// 2026.7 drops and takes the lock again within 50 ms inside a turn, and takes it for moments after one.
const FLAP_MS = 300;

/** Checks lock files after a hint and at every `refresh`. */
export class LockWatch {
  readonly #options: LockWatchOptions;
  readonly #heldByPath = new Map<string, number>();
  /** Locks that are held, or for which there was a hint. */
  readonly #knownByFolder = new Map<string, Set<string>>();
  /** By the path of the lock. */
  readonly #timers: Timers;
  #namespace: PidNamespace;

  constructor(options: LockWatchOptions) {
    this.#options = options;
    this.#namespace = options.pidNamespace;
    this.#timers = new Timers(options.clock);
  }

  /** A lock was changed, created or removed: it is checked a moment later. */
  hint(path: string): void {
    if (this.#addKnown(path)) this.#timers.once(path, FLAP_MS, () => void this.#look(path, true));
  }

  /** Whether this lock is known already. A listing gives hints for the others only. */
  isKnown(path: string): boolean {
    return this.#knownByFolder.get(dirname(path))?.has(path) === true;
  }

  /** False when its folder already has too many. */
  #addKnown(path: string): boolean {
    const folder = dirname(path);
    const known = this.#knownByFolder.get(folder) ?? new Set();
    if (known.size >= MAX_FOLLOWED && !known.has(path)) return false;
    this.#knownByFolder.set(folder, known.add(path));
    return true;
  }

  #forget(path: string): void {
    const folder = dirname(path);
    const known = this.#knownByFolder.get(folder);
    known?.delete(path);
    if (known?.size === 0) this.#knownByFolder.delete(folder);
  }

  get hasHeld(): boolean {
    return this.#heldByPath.size > 0;
  }

  /** Looks at every held lock again. */
  async refresh(): Promise<void> {
    await inSlices([...this.#heldByPath.keys()], LOOKS_AT_ONCE, (path) => this.#look(path, false));
  }

  stop(): void {
    void this.#timers.stop();
  }

  async #look(path: string, wasHinted: boolean): Promise<void> {
    const lock = await readLock(path, this.#options.root);
    if (lock === undefined) return this.#missing(path, wasHinted);
    const ageMs = this.#options.clock.now() - lock.createdAt;
    // It was taken again just now: check once more. A clock that disagrees with the file's must not make us wait for ever.
    if (wasHinted && ageMs >= 0 && ageMs < FLAP_MS && this.#heldByPath.get(path) === undefined) this.hint(path);
    else this.#held(path, lock);
  }

  #missing(path: string, wasHinted: boolean): void {
    // The regular check found it gone. It may be taken again in a moment.
    if (this.#heldByPath.has(path) && !wasHinted) return this.hint(path);
    this.#heldByPath.delete(path);
    if (this.#timers.isWaiting(path)) return;
    this.#forget(path);
    this.#options.onReleased(path);
  }

  #held(path: string, lock: Lock): void {
    const sight = lock.pid === undefined ? { kind: 'unknowable' as const } : processSight(lock.pid);
    const trust = trustIn(lock, sight, this.#namespace, this.#options.clock.now());
    // A process that is clearly the lock's owner proves that we see the gateway's pids. From now on a missing one is dead.
    if (trust.kind === 'alive' && this.#namespace === 'auto') this.#namespace = 'same';
    this.#heldByPath.set(path, lock.createdAt);
    this.#options.onHeld(path, trust, lock.createdAt);
  }
}
