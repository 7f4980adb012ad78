// Owns the folded sessions. Every event of every source is folded here, and nobody else keeps a copy. Knows nothing of boxes, posts or
// rules.

import { setBounded } from './bounded-map.ts';
import type { SessionEvent } from './event.ts';
import { knowsChild } from './orphans.ts';
import { newSession, reduce } from './reduce.ts';
import type { Session, SessionsByKey, Turn } from './session.ts';
import { withToldSession } from './told-session.ts';
import { isSubAgent, type RootTurn, rootOf } from './tree.ts';
import { withNewestLines } from './turn.ts';

/** What one event changed in its session. */
export interface Change {
  event: SessionEvent;
  /** The session right before the event; without turns when it was not known. */
  before: Session;
  after: Session;
  /** The turns with a box of their own whose boxes may have changed. */
  roots: readonly RootTurn[];
}

/** How many lines of a turn are kept even where a box shows fewer: a late result must find its line. */
export const LEAST_KEPT_LINES = 60;
const MAX_FORGOTTEN = 5_000; // sub-agents that are at work again after so many others are rare
const MAX_GATEWAYS = 10_000; // far more than one publisher can draw
const OLD_SIGNS_MS = 30_000; // a source that still sees a sign of life from before a restart emits it again within seconds

export class Fold {
  readonly #byKey = new Map<string, Session>();
  /** What forgotten sub-agents are, without their turns: nobody introduces them again when they go on. */
  readonly #forgottenByKey = new Map<string, Session>();
  readonly #gateways = new Set<string>();
  readonly #keptLines: number;

  /** `keptLines` is how many lines of a turn are kept. */
  constructor(keptLines = LEAST_KEPT_LINES) {
    this.#keptLines = keptLines;
  }

  /** Sessions are immutable: the same object is the same state. */
  get sessionsByKey(): SessionsByKey {
    return this.#byKey;
  }

  /** The ids of the other gateways that have told sessions. */
  get gateways(): ReadonlySet<string> {
    return this.#gateways;
  }

  /** The session as far as it is known. */
  sessionOf(key: string): Session {
    return this.#byKey.get(key) ?? this.#forgottenByKey.get(key) ?? newSession(key);
  }

  apply(event: SessionEvent): Change {
    const before = this.sessionOf(event.sessionKey);
    if (event.type === 'observed') return { event, before, after: before, roots: [] };
    const after = withKeptLines(reduce(before, withChildKey(event, this.#byKey)), this.#keptLines);
    this.#byKey.set(after.key, after);
    this.#forgottenByKey.delete(after.key);
    const changed = concernsAllTurns(event) ? after.turns : after.turns.filter((turn) => !before.turns.includes(turn));
    return { event, before, after, roots: this.#rootsOf(after, changed) };
  }

  /** Takes over a session as another watcher tells it, with the turns that it tells. To everybody else that is as if time had passed. */
  tell(told: Session, source: string): Change {
    if (told.gateway !== undefined && this.#gateways.size < MAX_GATEWAYS) this.#gateways.add(told.gateway);
    const before = this.sessionOf(told.key);
    const after = withToldSession(before, told);
    this.#byKey.set(after.key, after);
    this.#forgottenByKey.delete(after.key);
    const event: SessionEvent = { type: 'clock_ticked', sessionKey: after.key, at: after.asOf, source };
    return { event, before, after, roots: this.#rootsOf(after, told.turns) };
  }

  /** No record tells that session any more. */
  untell(sessionKey: string): void {
    this.#byKey.delete(sessionKey);
  }

  #rootsOf(session: Session, turns: readonly Turn[]): RootTurn[] {
    const found = turns.map((turn) => rootOf(this.#byKey, session, turn)).filter((root) => root !== undefined);
    return [...new Map(found.map((root) => [root.turn.boxId, root])).values()];
  }

  /** Takes a session over from a checkpoint. Its signs of life may have gone away while no watcher ran. */
  restore(session: Session, now: number): void {
    const turns = session.turns.map(({ interruptedAt: _interruptedAt, ...turn }) => ({
      ...turn,
      busyUntil: Math.min(turn.busyUntil, now + OLD_SIGNS_MS),
    }));
    this.#byKey.set(session.key, { ...session, turns });
  }

  /** Forgets a turn whose box is finished, with the sub-agents that only it shows. */
  forgetTurn(sessionKey: string, boxId: string): void {
    const session = this.#byKey.get(sessionKey);
    const forgotten = session?.turns.find((turn) => turn.boxId === boxId);
    if (session === undefined || forgotten === undefined) return;
    const turns = session.turns.filter((turn) => turn !== forgotten);
    if (turns.length === 0 && session.gateway !== undefined)
      this.#byKey.delete(sessionKey); // whoever tells of it again tells everything
    else this.#byKey.set(sessionKey, { ...session, turns });
    this.#forgetChildren(forgotten);
  }

  #forgetChildren({ childrenByKey }: Turn): void {
    for (const key of Object.keys(childrenByKey)) {
      const child = this.#byKey.get(key);
      if (child === undefined || !isSubAgent(child) || [...this.#byKey.values()].some((session) => knowsChild(session, key))) continue;
      this.#byKey.delete(key);
      setBounded(this.#forgottenByKey, key, { ...child, turns: [] }, MAX_FORGOTTEN);
      for (const turn of child.turns) this.#forgetChildren(turn);
    }
  }
}

function withKeptLines(session: Session, most: number): Session {
  if (session.turns.every((turn) => turn.lines.length <= most)) return session;
  return { ...session, turns: session.turns.map((turn) => withNewestLines(turn, most)) };
}

function concernsAllTurns(event: SessionEvent): boolean {
  return (
    event.type === 'session_seen' || event.type === 'clock_ticked' || event.type === 'clock_jumped' || event.type === 'writer_clock_learned'
  );
}

/** Transcripts name the announced sub-agent by its session id; turns know it by its key. */
function withChildKey(event: SessionEvent, sessionsByKey: SessionsByKey): SessionEvent {
  if (event.type !== 'turn_started' || event.trigger.kind !== 'announce' || event.trigger.childKey !== undefined) return event;
  const { childSessionId } = event.trigger;
  const child = [...sessionsByKey.values()].find((session) => childSessionId !== undefined && session.sessionId === childSessionId);
  return child === undefined ? event : { ...event, trigger: { ...event.trigger, childKey: child.key } };
}
