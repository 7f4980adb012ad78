// Who waits for people, and how such a wait ended: the one place that says so, for boxes, calls, signs, boards and the ledger. Pure.

import type { SessionEvent, WaitOutcome, WaitsOn } from './event.ts';
import type { Change } from './fold.ts';
import type { Session, Turn, TurnTree } from './session.ts';
import { openWaits } from './turn.ts';

/** A turn waits for a person. Its words are as private as the box of its turn: nobody shows them where that box may not be. */
export interface Wait {
  waitId: string;
  /** The turn that waits. */
  boxId: string;
  on: WaitsOn;
  /** The whole command or question, redacted. It may have several lines. */
  text?: string;
  since: number;
  until?: number;
  /** Who may answer, in words for people. */
  who?: string;
  /** Lines to copy in order to answer. */
  copy?: readonly string[];
  /** Where to answer. */
  link?: string;
}

/** `answered`: how is not known; `ended`: nobody answered before the run was over. */
export interface EndedWait extends Wait {
  at: number;
  outcome: WaitOutcome;
  /** Who answered, where that is known. */
  by?: string;
}

/** The open waits of a session's own turns, oldest turn first. */
export function waitsOf(session: Session): Wait[] {
  return session.turns.flatMap((turn) => waitsIn(turn, session.asOf));
}

/** The open waits of one turn at that moment. */
export function waitsIn(turn: Turn, asOf: number): Wait[] {
  return openWaits(turn, asOf).map(({ callId: _callId, since = turn.lastEventAt, ...wait }) => ({ ...wait, since, boxId: turn.boxId }));
}

/** The open waits of a turn and its sub-agents. */
export function waitsInTree({ session, turn, childrenByKey }: TurnTree): Wait[] {
  return [...waitsIn(turn, session.asOf), ...Object.values(childrenByKey).flatMap(waitsInTree)];
}

/** The waits that were open before a change and are not open after it. */
export function endedWaits({ event, before, after }: Pick<Change, 'event' | 'before' | 'after'>): EndedWait[] {
  if (before === after || !before.turns.some(({ waiting }) => waiting.length > 0)) return [];
  const open = new Set(waitsOf(after).map(keyOf));
  const gone = waitsOf(before).filter((wait) => !open.has(keyOf(wait)));
  return gone.map((wait) => ({ ...wait, at: event.at, ...endOf(wait, event) }));
}

function keyOf({ boxId, waitId }: Wait): string {
  return `${boxId} ${waitId}`;
}

function endOf(wait: Wait, event: SessionEvent): { outcome: WaitOutcome; by?: string } {
  if (event.type === 'waiting_ended' && event.waitId === wait.waitId) {
    const { outcome = 'answered', by } = event;
    return { outcome, ...(by === undefined ? {} : { by }) };
  }
  if (wait.until !== undefined && event.at >= wait.until) return { outcome: 'expired' };
  return { outcome: event.type === 'tool_ended' ? 'answered' : 'ended' };
}
