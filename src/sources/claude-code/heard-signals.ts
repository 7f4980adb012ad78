// Remembers when the hooks of a session last gave each signal. Signals of the past say nothing about now.

import { setBounded } from '../../core/bounded-map.ts';
import type { Signal, SignalName } from './hook-signals.ts';

const OLD_MS = 60_000; // no watcher was there to hear it
const MAX_HEARD = 2_000;

export class HeardSignals {
  readonly #atByName = new Map<string, number>();

  /** Whether the signal is news. */
  hear({ sessionId, name, at }: Signal, now: number): boolean {
    const key = `${sessionId}.${name}`;
    if (now - at > OLD_MS || this.at(sessionId, name) >= at) return false;
    setBounded(this.#atByName, key, at, MAX_HEARD);
    return true;
  }

  /** Before all times when it was never given. */
  at(sessionId: string, name: SignalName): number {
    return this.#atByName.get(`${sessionId}.${name}`) ?? Number.NEGATIVE_INFINITY;
  }
}
