// Owns the folded sessions and knows how they hang together. Knows nothing of boxes, posts or text.

import type { SessionEvent } from '../../core/event.ts';
import { newSession, reduce } from '../../core/reduce.ts';
import type { Session, Turn } from '../../core/session.ts';
import { isSubAgent, rootOf } from '../../core/tree.ts';
import { withNewestLines } from '../../core/turn.ts';

/** A turn that has a box of its own. */
export interface RootTurn {
  session: Session;
  turn: Turn;
}

const ORPHAN_AFTER_MS = 5_000; // a parent's spawn result is normally there long before

const CLOCKS_DIFFER_MS = 1_000; // a gateway and the lines of a file date the same moment by so much apart

export interface Sessions {
  readonly byKey: ReadonlyMap<string, Session>;
  /** Folds one event in and returns the root turns whose box may look different now. */
  apply(event: SessionEvent): RootTurn[];
  /** Attaches sub-agents whose spawn call was never seen to their parent's current turn. */
  linkOrphans(now: number): RootTurn[];
  /** The newest turns of sub-agents that belong to no turn that is known. */
  strays(): RootTurn[];
  /** Takes a session over from a checkpoint. */
  restore(session: Session): void;
  /** Forgets a turn whose box is finished, with the sub-agents that only it shows. */
  forgetTurn(sessionKey: string, boxId: string): void;
}

/** `keptLines` is how many lines of a turn are kept; a box shows fewer, but late results need theirs. */
export function createSessions(keptLines = 60): Sessions {
  const byKey = new Map<string, Session>();

  function apply(event: SessionEvent): RootTurn[] {
    const before = byKey.get(event.sessionKey) ?? newSession(event.sessionKey);
    const after = withKeptLines(reduce(before, withChildKey(event, byKey)), keptLines);
    byKey.set(after.key, after);
    const changed = concernsAllTurns(event) ? after.turns : after.turns.filter((turn) => !before.turns.includes(turn));
    return roots(changed.map((turn) => ({ session: after, turn })));
  }

  function roots(turns: RootTurn[]): RootTurn[] {
    const found = turns.map(({ session, turn }) => rootOf(byKey, session, turn)).filter((root) => root !== undefined);
    return [...new Map(found.map((root) => [root.turn.boxId, root])).values()];
  }

  function linkOrphans(now: number): RootTurn[] {
    const orphans = [...byKey.values()].filter((session) => isOrphan(session, byKey, now));
    return orphans.flatMap((child) => apply(adoption(child, byKey.get(child.parentKey ?? ''))));
  }

  function forgetTurn(sessionKey: string, boxId: string): void {
    const session = byKey.get(sessionKey);
    const forgotten = session?.turns.find((turn) => turn.boxId === boxId);
    if (session === undefined || forgotten === undefined) return;
    byKey.set(sessionKey, { ...session, turns: session.turns.filter((turn) => turn !== forgotten) });
    forgetChildren(forgotten);
  }

  function forgetChildren({ childrenByKey }: Turn): void {
    for (const key of Object.keys(childrenByKey)) {
      const child = byKey.get(key);
      if (child === undefined || !isSubAgent(child) || [...byKey.values()].some((session) => knowsChild(session, key))) continue;
      byKey.delete(key);
      for (const turn of child.turns) forgetChildren(turn);
    }
  }

  function strays(): RootTurn[] {
    return [...byKey.values()].flatMap((session) => {
      const turn = session.turns.at(-1);
      return turn !== undefined && isSubAgent(session) && rootOf(byKey, session, turn) === undefined ? [{ session, turn }] : [];
    });
  }

  return {
    byKey,
    apply,
    linkOrphans,
    strays,
    restore: (session) => byKey.set(session.key, session),
    forgetTurn,
  };
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
function withChildKey(event: SessionEvent, byKey: ReadonlyMap<string, Session>): SessionEvent {
  if (event.type !== 'turn_started' || event.trigger.kind !== 'announce' || event.trigger.childKey !== undefined) return event;
  const { childSessionId } = event.trigger;
  const child = [...byKey.values()].find((session) => childSessionId !== undefined && session.sessionId === childSessionId);
  return child === undefined ? event : { ...event, trigger: { ...event.trigger, childKey: child.key } };
}

function isOrphan(session: Session, byKey: ReadonlyMap<string, Session>, now: number): boolean {
  const turn = session.turns.at(-1);
  if (turn === undefined || !isSubAgent(session) || now - turn.startedAt < ORPHAN_AFTER_MS) return false;
  const parent = session.parentKey === undefined ? undefined : byKey.get(session.parentKey);
  if (parent === undefined || spawnerOf(parent, turn) === undefined) return false;
  return rootOf(byKey, session, turn) === undefined && !knowsChild(parent, session.key);
}

/** Only a turn that was going on when the sub-agent began can have spawned it; a later one of the same session has not. */
function spawnerOf(parent: Session | undefined, child: Turn): Turn | undefined {
  const spawner = parent?.turns.findLast((turn) => turn.startedAt <= child.startedAt + CLOCKS_DIFFER_MS);
  const isOver = spawner?.end !== undefined && spawner.end.at + CLOCKS_DIFFER_MS < child.startedAt;
  return isOver ? undefined : spawner;
}

function knowsChild(parent: Session, childKey: string): boolean {
  return parent.turns.some((turn) => childKey in turn.childrenByKey);
}

function adoption(child: Session, parent: Session | undefined): SessionEvent {
  const label = child.label === undefined ? {} : { label: child.label };
  const turn = child.turns.at(-1);
  const spawner = turn === undefined ? undefined : spawnerOf(parent, turn);
  const at = Math.max(turn?.startedAt ?? child.asOf, spawner?.startedAt ?? 0);
  return {
    type: 'child_spawned',
    source: 'daemon',
    at,
    sessionKey: child.parentKey ?? '',
    callId: `spawn:${child.key}`,
    childKey: child.key,
    ...label,
  };
}
