// Ends and reopens runs. An abort writes a normal stop first, a retry follows an error, and results come late: here are the rules.

import type { RunOutcome } from './event.ts';
import type { Line, Session, Turn, TurnEnd } from './session.ts';
import { endCalls, pendingCalls } from './calls.ts';
import { hasOpenRun, isAtRest, withoutWaits } from './turn.ts';

/** Later activity of a turn reopens it (see the table of states). Earlier activity that arrives late does not. */
export function reopen(turn: Turn, event: { at: number; runId?: string | undefined }): Turn {
  if (turn.end !== undefined && (isBeforeEnd(turn, event) || isOfEndedRun(turn, event.runId))) return turn;
  const { end: _end, retry: _retry, ...open } = turn;
  return open;
}

/** Whether the turn had ended when this happened: the event came late, or was dated by another clock. */
export function isBeforeEnd(turn: Turn, event: { at: number }): boolean {
  return turn.end !== undefined && event.at < turn.end.at;
}

function isOfEndedRun(turn: Turn, runId: string | undefined): boolean {
  return runId !== undefined && turn.runsById[runId]?.open === false;
}

/** One run ended. `yielded` closes the run while the turn waits for its sub-agents. */
export function closeRun(
  turn: Turn,
  event: { outcome: RunOutcome; at: number; runId?: string | undefined; reason?: string | undefined; takesBack?: boolean | undefined },
): Turn {
  const { retry: _retry, ...rest } = turn;
  const runsById = event.runId === undefined ? turn.runsById : { ...turn.runsById, [event.runId]: { open: false } };
  const closed = { ...rest, runsById, runOpen: false };
  if (event.outcome === 'yielded') return closed;
  const end: TurnEnd = { outcome: event.outcome, at: event.at, ...(event.reason === undefined ? {} : { reason: event.reason }) };
  if (turn.end !== undefined && event.takesBack !== true && outranks(turn.end, end)) return { ...closed, end: turn.end };
  // Signs of life from before somebody stopped the run do not count any more: its lock or row may be left behind.
  const ended = { ...closed, end, ...(isDecision(end.outcome) ? { busyUntil: 0 } : {}) };
  return event.outcome === 'done' ? ended : endCalls({ ...ended, waiting: [] }, event.at);
}

/** Whether somebody, or a limit, ended the run, rather than the run itself. */
function isDecision(outcome: TurnEnd['outcome']): boolean {
  switch (outcome) {
    case 'aborted':
    case 'released':
    case 'cancelled':
    case 'rejected':
    case 'stopped':
      return true;
    case 'done':
    case 'failed':
    case 'timed_out':
    case 'lost':
    case 'unseen':
      return false;
    default:
      return outcome satisfies never;
  }
}

/**
 * An end comes in several lines and from two sources, in any order, with a normal stop among them. The strongest outcome counts, and of
 * equal ones the latest. An outcome that comes later than this after another belongs to later work.
 */
const SAME_END_MS = 2_000;

const STRENGTH = {
  lost: 0,
  unseen: 0,
  done: 1,
  failed: 2,
  released: 2,
  aborted: 3,
  cancelled: 3,
  rejected: 3,
  timed_out: 4,
  stopped: 4,
} as const;

function outranks(standing: TurnEnd, next: TurnEnd): boolean {
  if (STRENGTH[standing.outcome] === 0 || STRENGTH[next.outcome] === 0) return STRENGTH[next.outcome] === 0; // an unknown outcome adds nothing
  if (Math.abs(next.at - standing.at) > SAME_END_MS || STRENGTH[standing.outcome] === STRENGTH[next.outcome]) return next.at < standing.at;
  return STRENGTH[standing.outcome] > STRENGTH[next.outcome];
}

/** A failed model call that another source emits again, when its run has already ended for it. */
export function isPartOfEnd(turn: Turn, event: { at: number }): boolean {
  if (turn.end === undefined || isBeforeEnd(turn, event)) return turn.end !== undefined;
  return STRENGTH[turn.end.outcome] > STRENGTH.done && event.at - turn.end.at <= SAME_END_MS;
}

/** Ends everything that is open in the turn; how it ended is not known. */
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

/**
 * Once a newer turn has ended, an older one of the same session cannot go on: runs of a session never overlap. Nor does anybody
 * answer its calls and questions any more. It ended at its last event, not when the newer one did.
 */
export function settleOlderTurns(session: Session, newer: Turn): Session {
  if (newer.end === undefined) return session;
  const position = session.turns.findIndex((turn) => turn.boxId === newer.boxId);
  const isAtWork = (turn: Turn): boolean => turn.end === undefined && hasOpenRun(turn);
  const turns = session.turns.map((turn, index) => (index < position && !isAtWork(turn) ? settle(turn) : turn));
  return turns.every((turn, index) => turn === session.turns[index]) ? session : { ...session, turns };
}

function settle(turn: Turn): Turn {
  const { end, retry, lastEventAt } = turn;
  if (end !== undefined) return hasOpenRun(turn) ? withoutQuestions(turn) : endCalls(withoutQuestions(turn), end.at);
  if (retry !== undefined) return endRuns({ ...turn, end: { outcome: 'failed', at: retry.at, reason: retry.reason } }, 'failed', retry.at);
  const isCutOff = pendingCalls(turn).length > 0 || !hasWorked(turn);
  return endRuns(turn, isCutOff ? 'lost' : 'unseen', lastEventAt);
}

/** Whether the agent wrote or did anything: notes and what others wrote are no work of it. */
function hasWorked({ usageById, lines, droppedLines }: Turn): boolean {
  const isWork = (line: Line): boolean => line.kind !== 'note' && !(line.kind === 'text' && line.injected === true);
  return Object.keys(usageById).length > 0 || droppedLines > 0 || lines.some(isWork);
}

/**
 * A run that has written its last message waits for none of its earlier calls. A later result still says how one went.
 * While a source names another run that goes on, they may be calls of that one.
 */
export function endCallsBefore(turn: Turn, at: number): Turn {
  if (hasOpenRun(turn)) return turn;
  return endCalls(
    turn,
    at,
    pendingCalls(turn).filter(({ startedAt }) => startedAt <= at),
  );
}
