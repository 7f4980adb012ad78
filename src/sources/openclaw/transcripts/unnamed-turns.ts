// Keeps the newest events of transcripts that no index names, so that they can be emitted again under the right key.

import type { DecodedEvent } from '../decoding/decoded-event.ts';
import { setBounded } from '../../../core/bounded-map.ts';
import { opensTurn } from './transcript-format.ts';

const MAX_TRANSCRIPTS = 200;
const MAX_EVENTS = 2_000; // a longer turn keeps its first key; the next turn gets the right one

/** The newest turn of every transcript that no index names. */
export class UnnamedTurns {
  readonly #eventsByPath = new Map<string, DecodedEvent[]>();

  /** Adds events that were emitted under a substitute key. */
  add(path: string, events: readonly DecodedEvent[]): void {
    const start = events.findLastIndex(opensTurn);
    const known = start === -1 ? this.#eventsByPath.get(path) : [];
    if (known === undefined) return; // the beginning of the turn is not known
    const all = [...known, ...events.slice(Math.max(0, start))];
    if (all.length > MAX_EVENTS) this.forget(path);
    else setBounded(this.#eventsByPath, path, all, MAX_TRANSCRIPTS);
  }

  /** The transcripts that no index names yet. */
  paths(): string[] {
    return [...this.#eventsByPath.keys()];
  }

  /** Removes and returns the events of its newest turn, if the last of them is at `since` or later. */
  take(path: string, since: number): readonly DecodedEvent[] {
    const events = this.#eventsByPath.get(path) ?? [];
    this.forget(path);
    return (events.at(-1)?.at ?? 0) >= since ? events : [];
  }

  forget(path: string): void {
    this.#eventsByPath.delete(path);
  }
}
