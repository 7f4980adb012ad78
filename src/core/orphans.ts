// Finds the turns of sub-agents whose spawn call was never seen, and sub-agents that belong to no turn. Pure.

import type { SessionEvent } from './event.ts';
import type { Session, SessionsByKey, Turn } from './session.ts';
import { isSubAgent, type RootTurn, rootOf } from './tree.ts';

const ORPHAN_AFTER_MS = 5_000; // a parent's spawn result is normally there long before
const CLOCKS_DIFFER_MS = 1_000; // a gateway and a file may date the same moment this far apart

/** The events that attach sub-agents whose spawn call was never seen to the turn that was going on when they began. */
export function orphanLinks(sessionsByKey: SessionsByKey, now: number): SessionEvent[] {
  return [...sessionsByKey.values()].flatMap((session) => linkOf(session, sessionsByKey, now));
}

/** Looks for lost parents only when an event may have brought one, or when a sub-agent has waited long enough for its own. */
export class OrphanWatch {
  readonly #sessionsByKey: SessionsByKey;
  /** Sub-agents that may belong to no known turn. At first these may be all. */
  #strayKeys: Set<string> | undefined;
  #lookAt = Number.NEGATIVE_INFINITY;

  constructor(sessionsByKey: SessionsByKey) {
    this.#sessionsByKey = sessionsByKey;
  }

  /** An event happened in that session, which belongs to so many boxes. */
  note(session: Session, boxes: number, now: number): void {
    if (boxes === 0 && isSubAgent(session)) this.#strayKeys?.add(session.key);
    if (this.#strayKeys?.size !== 0) this.#lookAt = Math.min(this.#lookAt, now);
  }

  /** Before that there is nothing to find. */
  lookAt(): number {
    return this.#lookAt;
  }

  links(now: number): SessionEvent[] {
    if (now < this.#lookAt) return [];
    const suspects = [...(this.#strayKeys ?? this.#sessionsByKey.keys())].flatMap((key) => this.#sessionsByKey.get(key) ?? []);
    const strays = suspects.flatMap((session) => strayOf(session, this.#sessionsByKey));
    this.#strayKeys = new Set(strays.map(({ session }) => session.key));
    const waiting = strays.map(({ turn }) => turn.startedAt + ORPHAN_AFTER_MS).filter((at) => at > now);
    this.#lookAt = Math.min(...waiting);
    return strays.flatMap(({ session }) => linkOf(session, this.#sessionsByKey, now));
  }
}

/** The newest turns of sub-agents that belong to no turn that is known. */
export function straysOf(sessionsByKey: SessionsByKey): RootTurn[] {
  return [...sessionsByKey.values()].flatMap((session) => strayOf(session, sessionsByKey));
}

function strayOf(session: Session, sessionsByKey: SessionsByKey): RootTurn[] {
  const turn = session.turns.at(-1);
  return turn !== undefined && isSubAgent(session) && rootOf(sessionsByKey, session, turn) === undefined ? [{ session, turn }] : [];
}

export function knowsChild(parent: Session, childKey: string): boolean {
  return parent.turns.some((turn) => childKey in turn.childrenByKey);
}

function linkOf(child: Session, sessionsByKey: SessionsByKey, now: number): SessionEvent[] {
  const turn = child.turns.at(-1);
  if (turn === undefined || !isSubAgent(child) || now - turn.startedAt < ORPHAN_AFTER_MS) return [];
  const parent = child.parentKey === undefined ? undefined : sessionsByKey.get(child.parentKey);
  const spawner = parent === undefined ? undefined : spawnerOf(parent, turn);
  if (parent === undefined || spawner === undefined || knowsChild(parent, child.key)) return [];
  if (rootOf(sessionsByKey, child, turn) !== undefined) return [];
  const at = Math.max(turn.startedAt, spawner.startedAt);
  const label = child.label === undefined ? {} : { label: child.label };
  return [
    { type: 'child_spawned', source: 'daemon', at, sessionKey: parent.key, callId: `spawn:${child.key}`, childKey: child.key, ...label },
  ];
}

/** Only a turn that ran when the sub-agent began can have spawned it, not a later one of the session. */
function spawnerOf(parent: Session, child: Turn): Turn | undefined {
  const spawner = parent.turns.findLast((turn) => turn.startedAt <= child.startedAt + CLOCKS_DIFFER_MS);
  const isOver = spawner?.end !== undefined && spawner.end.at + CLOCKS_DIFFER_MS < child.startedAt;
  return isOver ? undefined : spawner;
}
