// How runs end and reopen. An abort writes a normal stop first, a retry follows an error, and results come late: the rules for that are here.

import type { RunOutcome } from './event.ts';
import type { Session, Turn, TurnEnd } from './session.ts';
import { isAtRest, pendingCalls, withoutWaits } from './turn.ts';

/** Later activity of the same turn takes its end back (see the table of states: finals reopen); earlier activity, told late, does not. */
export function reopen(turn: Turn, event: { at: number; runId?: string | undefined }): Turn {
  if (turn.end !== undefined && (isBeforeEnd(turn, event) || isOfEndedRun(turn, event.runId))) return turn;
  const { end: _end, retry: _retry, ...open } = turn;
  return open;
}

/** Whether the turn had ended when this happened: a source that tells late, or dates by another clock. */
export function isBeforeEnd(turn: Turn, event: { at: number }): boolean {
  return turn.end !== undefined && event.at < turn.end.at;
}

function isOfEndedRun(turn: Turn, runId: string | undefined): boolean {
  return runId !== undefined && turn.runsById[runId]?.open === false;
}

/** One run ended. `yielded` closes the run while the turn waits for its sub-agents. */
export function closeRun(
  turn: Turn,
  event: { outcome: RunOutcome; at: number; runId?: string | undefined; reason?: string | undefined },
): Turn {
  const { retry: _retry, ...rest } = turn;
  const runsById = event.runId === undefined ? turn.runsById : { ...turn.runsById, [event.runId]: { open: false } };
  const closed = { ...rest, runsById, runOpen: false };
  if (event.outcome === 'yielded') return closed;
  const end: TurnEnd = { outcome: event.outcome, at: event.at, ...(event.reason === undefined ? {} : { reason: event.reason }) };
  if (turn.end !== undefined && outranks(turn.end, end)) return { ...closed, end: turn.end };
  const ended = { ...closed, end };
  return event.outcome === 'done' ? ended : endCalls({ ...ended, waiting: [] }, event.at);
}

/**
 * An end is told in several lines and by two sources, in any order, with a normal stop among them; the strongest word counts,
 * and of equal ones the latest. A word more than this after another belongs to later work, whatever it says.
 */
const SAME_END_MS = 2_000;

const STRENGTH = { lost: 0, done: 1, failed: 2, aborted: 3, timed_out: 4 } as const;

function outranks(standing: TurnEnd, next: TurnEnd): boolean {
  if (standing.outcome === 'lost' || next.outcome === 'lost') return next.outcome === 'lost'; // not to know is no news
  if (Math.abs(next.at - standing.at) > SAME_END_MS || STRENGTH[standing.outcome] === STRENGTH[next.outcome]) return next.at < standing.at;
  return STRENGTH[standing.outcome] > STRENGTH[next.outcome];
}

/** A failed model call told again by another source, when its run has already ended for it. */
export function isPartOfEnd(turn: Turn, event: { at: number }): boolean {
  if (turn.end === undefined || isBeforeEnd(turn, event)) return turn.end !== undefined;
  return turn.end.outcome !== 'done' && turn.end.outcome !== 'lost' && event.at - turn.end.at <= SAME_END_MS;
}

/** Ends everything that is open in the turn, without anybody having said how. */
export function endRuns(turn: Turn, outcome: TurnEnd['outcome'], at: number): Turn {
  if (turn.end !== undefined && isAtRest(turn)) return turn;
  const runsById = Object.fromEntries(Object.keys(turn.runsById).map((runId) => [runId, { open: false }]));
  const { retry: _retry, ...rest } = turn;
  return endCalls({ ...rest, runsById, runOpen: false, busyUntil: 0, waiting: [], background: [], end: turn.end ?? { outcome, at } }, at);
}

/** Nobody answers them any more. */
export function withoutQuestions(turn: Turn): Turn {
  return withoutWaits(turn, () => true);
}

/** Calls that nobody will answer any more. A late result still corrects the outcome's absence. */
export function endCalls(turn: Turn, at: number): Turn {
  const pending = pendingCalls(turn);
  if (pending.length === 0) return turn;
  const ended = Object.fromEntries(pending.map((call) => [call.callId, { ...call, endedAt: at }]));
  return { ...turn, callsById: { ...turn.callsById, ...ended } };
}

/**
 * Once a newer turn has ended, an older one of the same session cannot go on: runs of a session never overlap. Nor does anybody
 * answer its questions any more.
 */
export function settleOlderTurns(session: Session, newer: Turn): Session {
  if (newer.end === undefined) return session;
  const position = session.turns.findIndex((turn) => turn.boxId === newer.boxId);
  const endedAt = newer.end.at;
  const turns = session.turns.map((turn, index) => (index < position ? settle(turn, endedAt) : turn));
  return turns.every((turn, index) => turn === session.turns[index]) ? session : { ...session, turns };
}

function settle(turn: Turn, at: number): Turn {
  if (turn.end !== undefined) return withoutQuestions(turn);
  if (turn.retry !== undefined) return endRuns({ ...turn, end: { outcome: 'failed', at, reason: turn.retry.reason } }, 'failed', at);
  const isCutOff = pendingCalls(turn).length > 0 || Object.keys(turn.usageById).length + turn.lines.length === 0;
  return isCutOff ? endRuns(turn, 'lost', turn.lastEventAt) : endRuns(turn, 'done', at);
}
