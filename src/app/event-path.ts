// Passes every event, from any source, through fold, board and coordinator in this order. Knows neither sources nor posts.

import type { Board } from '../boxes/board/board.ts';
import type { TurnWatch } from '../calls/turn-watch.ts';
import type { Coordinator } from '../coordinator/contract.ts';
import type { Clock } from '../core/clock.ts';
import type { SessionEvent } from '../core/event.ts';
import type { Change, Fold } from '../core/fold.ts';
import { OrphanWatch } from '../core/orphans.ts';
import type { Session } from '../core/session.ts';
import { SpawnTrail } from '../core/spawn-trail.ts';
import { TaskWorkers } from '../core/task-workers.ts';
import type { RouteBook } from './route-book.ts';

export interface EventPathParts {
  clock: Pick<Clock, 'now'>;
  fold: Fold;
  /** Asks for a `tick` at that instant (wall clock) or soon after it; infinity asks for none. */
  tickAt(instant: number): void;
  board(): Pick<Board, 'apply' | 'tick' | 'shiftClock' | 'interrupt'>;
  /** Absent when it is off. */
  coordinator?(): Pick<Coordinator, 'apply' | 'tick' | 'shiftClock'> | undefined;
  /** What else looks on, after the others; absent when nothing does. */
  watch?(): Pick<TurnWatch, 'apply' | 'tick' | 'shiftClock'> | undefined;
  /** Called with every change, after the boxes and the coordinator. */
  onChange?(change: Change): void;
  /** Rules look only at sessions that are shown, and a worker is drawn in its task's box where both go to one place. Without: at all, and nowhere. */
  routes?: Pick<RouteBook, 'isShown' | 'leadAlike'>;
}

/** An event of all sessions at once. */
type CommonFact = { type: 'watcher_stopped' } | { type: 'clock_jumped'; byMs: number };

const COORDINATOR_MS = 500; // it reads files, and judges by the second

export class EventPath {
  readonly #parts: EventPathParts;
  readonly #orphans: OrphanWatch;
  readonly #workers: TaskWorkers;
  readonly #trail: SpawnTrail;

  constructor(parts: EventPathParts) {
    this.#parts = parts;
    this.#orphans = new OrphanWatch(parts.fold.sessionsByKey);
    this.#trail = new SpawnTrail(parts.fold.sessionsByKey, parts.clock.now());
    this.#workers = new TaskWorkers(
      parts.fold.sessionsByKey,
      (task, session) => parts.routes?.leadAlike(task.address, session.address) === true,
    );
  }

  apply(event: SessionEvent): void {
    const change = this.#parts.fold.apply(event);
    this.#pass(change);
    this.#orphans.note(change.after, change.roots.length, this.#parts.clock.now());
    this.#trail.note(change);
    this.#parts.tickAt(Math.min(this.#orphans.lookAt(), this.#trail.dueAt()));
    for (const next of this.#workers.note(change)) this.apply(next);
  }

  /** Takes a session as another watcher tells it. What follows from its events by and by, that watcher has concluded. */
  tell(session: Session, source: string): void {
    this.#pass(this.#parts.fold.tell(session, source));
  }

  #pass(change: Change): void {
    this.#parts.board().apply(change);
    if (this.#parts.routes?.isShown(change.after.address) ?? true) this.#coordinator()?.apply(change);
    this.#parts.watch?.()?.apply(change);
    this.#parts.onChange?.(change);
  }

  /** Call when it was asked for (`tickAt`). Costs next to nothing before. */
  tick(): void {
    const { clock, board } = this.#parts;
    const now = clock.now();
    for (const event of [...this.#orphans.links(now), ...this.#trail.remarks(now)]) this.apply(event);
    this.#parts.tickAt(Math.min(this.#orphans.lookAt(), this.#trail.dueAt()));
    this.#parts.watch?.()?.tick(); // first, because the board forgets turns that nobody has seen end
    board().tick();
    const coordinator = this.#coordinator();
    if (coordinator === undefined) return;
    coordinator.tick();
    this.#parts.tickAt(now + COORDINATOR_MS);
  }

  /** The wall clock was set or the machine slept. Every deadline moves by the same time. */
  shiftClock(byMs: number): void {
    this.#applyToAll({ type: 'clock_jumped', byMs });
    this.#trail.shiftClock(byMs);
    this.#parts.board().shiftClock(byMs);
    this.#coordinator()?.shiftClock(byMs);
    this.#parts.watch?.()?.shiftClock(byMs);
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
