// Passes every event, from any source, through fold, board and coordinator in this order. Knows neither sources nor posts.

import type { Board } from '../boxes/board/board.ts';
import type { Coordinator } from '../coordinator/contract.ts';
import type { Clock } from '../core/clock.ts';
import type { SessionEvent } from '../core/event.ts';
import type { Fold } from '../core/fold.ts';
import { orphanLinks } from '../core/orphans.ts';

export interface EventPathParts {
  clock: Pick<Clock, 'now'>;
  fold: Fold;
  board(): Pick<Board, 'apply' | 'tick' | 'shiftClock' | 'interrupt'>;
  /** Absent when it is off. */
  coordinator?(): Pick<Coordinator, 'apply' | 'tick' | 'shiftClock'> | undefined;
}

/** An event of all sessions at once. */
type CommonFact = { type: 'watcher_stopped' } | { type: 'clock_jumped'; byMs: number };

export class EventPath {
  readonly #parts: EventPathParts;

  constructor(parts: EventPathParts) {
    this.#parts = parts;
  }

  apply(event: SessionEvent): void {
    const change = this.#parts.fold.apply(event);
    this.#parts.board().apply(change);
    this.#coordinator()?.apply(change);
  }

  /** Call every half second or so. */
  tick(): void {
    const { clock, fold, board } = this.#parts;
    for (const event of orphanLinks(fold.sessionsByKey, clock.now())) this.apply(event);
    board().tick();
    this.#coordinator()?.tick();
  }

  /** The wall clock was set or the machine slept. Every deadline moves by the same time. */
  shiftClock(byMs: number): void {
    this.#applyToAll({ type: 'clock_jumped', byMs });
    this.#parts.board().shiftClock(byMs);
    this.#coordinator()?.shiftClock(byMs);
  }

  /** The watch ends. Every running turn is interrupted, and its box says so. */
  interrupt(): void {
    this.#applyToAll({ type: 'watcher_stopped' });
    this.#parts.board().interrupt();
  }

  #applyToAll(fact: CommonFact): void {
    const at = this.#parts.clock.now();
    for (const sessionKey of this.#parts.fold.sessionsByKey.keys()) this.apply({ ...fact, source: 'daemon', sessionKey, at });
  }

  #coordinator() {
    return this.#parts.coordinator?.();
  }
}
