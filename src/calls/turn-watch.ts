// Looks at the turns whose boxes may have changed, at most once a second each, and shows them to those who report on turns. Owns when a turn
// is looked at next, and nothing else.

import { Agenda } from '../boxes/board/agenda.ts';
import type { Clock } from '../core/clock.ts';
import type { Change } from '../core/fold.ts';
import type { SessionsByKey } from '../core/session.ts';
import type { Target } from '../core/sink.ts';
import { type JudgedTree, judge, type StatusLimits } from '../core/status.ts';
import { isSubAgent, rootOf, treeOf } from '../core/tree.ts';

/** One look at a turn with a box of its own. */
export interface Sight {
  tree: JudgedTree;
  /** Where its box is; absent while that has no place, and for turns that get none. */
  place: Target | undefined;
  now: number;
}

export interface TurnObserver {
  /** Returns when it wants to see the turn again though nothing happens (wall clock). */
  see(sight: Sight): number;
  /** Right when an event is folded: what ended a wait cannot be seen later. */
  heard?(change: Change): void;
  shiftClock(byMs: number): void;
  /** After the looks: time has passed. Returns when it is due again (wall clock). */
  tick(now: number): number;
}

export interface TurnWatchPorts {
  clock: Pick<Clock, 'now'>;
  sessions: SessionsByKey;
  limits: StatusLimits;
  /** The place of that box, if it has one. */
  placeOf(boxId: string): Target | undefined;
  tickAt(instant: number): void;
}

const LOOK_MS = 1_000;

export class TurnWatch {
  readonly #ports: TurnWatchPorts;
  readonly #observers: readonly TurnObserver[];
  readonly #agenda = new Agenda();
  readonly #sessionKeyByBox = new Map<string, string>();
  readonly #lookedAtByBox = new Map<string, number>();

  constructor(ports: TurnWatchPorts, observers: readonly TurnObserver[]) {
    this.#ports = ports;
    this.#observers = observers;
  }

  /** Looks at everything that is known: call it once, when the sources have caught up. */
  start(): void {
    for (const session of this.#ports.sessions.values())
      if (!isSubAgent(session)) for (const { boxId } of session.turns) this.#lookSoon(boxId, session.key);
  }

  apply(change: Change): void {
    for (const observer of this.#observers) observer.heard?.(change);
    for (const { session, turn } of change.roots) this.#lookSoon(turn.boxId, session.key);
  }

  #lookSoon(boxId: string, sessionKey: string): void {
    const at = Math.max(this.#ports.clock.now(), (this.#lookedAtByBox.get(boxId) ?? 0) + LOOK_MS);
    this.#sessionKeyByBox.set(boxId, sessionKey);
    this.#agenda.set(boxId, at);
    this.#ports.tickAt(at);
  }

  /** Call when it was asked for (`tickAt`). */
  tick(): void {
    const now = this.#ports.clock.now();
    for (const boxId of this.#agenda.takeDue(now)) this.#look(boxId, now);
    const due = this.#observers.map((observer) => observer.tick(now));
    this.#ports.tickAt(Math.min(this.#agenda.earliest(), ...due));
  }

  #look(boxId: string, now: number): void {
    const tree = this.#treeOf(boxId, now);
    if (tree === undefined) {
      this.#sessionKeyByBox.delete(boxId);
      this.#lookedAtByBox.delete(boxId);
      return;
    }
    this.#lookedAtByBox.set(boxId, now);
    const sight = { tree, place: this.#ports.placeOf(boxId), now };
    const wanted = this.#observers.map((observer) => observer.see(sight));
    const nextAt = Math.min(tree.holdsUntil, ...wanted);
    if (nextAt < Number.POSITIVE_INFINITY) this.#agenda.set(boxId, Math.max(nextAt, now + LOOK_MS));
  }

  #treeOf(boxId: string, now: number): JudgedTree | undefined {
    const { sessions, limits } = this.#ports;
    const session = sessions.get(this.#sessionKeyByBox.get(boxId) ?? '');
    const turn = session?.turns.find((other) => other.boxId === boxId);
    if (session === undefined || turn === undefined || rootOf(sessions, session, turn)?.turn !== turn) return undefined;
    return judge(treeOf(sessions, session, turn, now), limits);
  }

  shiftClock(byMs: number): void {
    this.#agenda.shift(byMs);
    for (const [boxId, at] of this.#lookedAtByBox) this.#lookedAtByBox.set(boxId, at + byMs);
    for (const observer of this.#observers) observer.shiftClock(byMs);
  }
}
