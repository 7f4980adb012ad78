// Remembers what was told of transcripts that no index named, so that it can be told again under their name. Reads nothing.

import type { DecodedEvent } from '../decoding/decoded-event.ts';
import { setBounded } from '../../../core/bounded-map.ts';
import { opensTurn } from './transcript-format.ts';

const MAX_TRANSCRIPTS = 200;
const MAX_EVENTS = 2_000; // of a turn that is longer, the next one bears the name

/** The newest turn of every transcript without a name. */
export class UnnamedTurns {
  readonly #eventsByPath = new Map<string, DecodedEvent[]>();

  /** These events were told under a key that stands in for a name. */
  add(path: string, events: readonly DecodedEvent[]): void {
    const start = events.findLastIndex(opensTurn);
    const known = start === -1 ? this.#eventsByPath.get(path) : [];
    if (known === undefined) return; // its beginning is not known
    const all = [...known, ...events.slice(Math.max(0, start))];
    if (all.length > MAX_EVENTS) this.forget(path);
    else setBounded(this.#eventsByPath, path, all, MAX_TRANSCRIPTS);
  }

  /** The transcripts that wait for their name. */
  paths(): string[] {
    return [...this.#eventsByPath.keys()];
  }

  /** What was told of its newest turn if that went on at `since` or later; given once. */
  take(path: string, since: number): readonly DecodedEvent[] {
    const events = this.#eventsByPath.get(path) ?? [];
    this.forget(path);
    return (events.at(-1)?.at ?? 0) >= since ? events : [];
  }

  forget(path: string): void {
    this.#eventsByPath.delete(path);
  }
}
