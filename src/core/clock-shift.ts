// Moves a session along with a jump of the clock: all instants from which time is still counted. So nothing is declared idle, lost or
// overdue because of it. Pure.

import type { Call, Line, Session, Turn, Waiting } from './session.ts';
import { isSubAgent } from './tree.ts';
import { isAtRest } from './turn.ts';

/** The session as if everything in it had happened `byMs` later (earlier when negative). A turn that is over for good keeps its times. */
export function shiftSession(session: Session, byMs: number): Session {
  // The end of a sub-agent still counts for its parent, and no date of it is ever shown.
  const keepsCounting = (turn: Turn): boolean => isSubAgent(session) || !isOver(turn, session.asOf);
  const turns = session.turns.map((turn) => (keepsCounting(turn) ? shiftTurn(turn, byMs) : turn));
  const silent = session.silentSince === undefined ? {} : { silentSince: session.silentSince + byMs };
  return { ...session, turns, asOf: session.asOf + byMs, ...silent };
}

/** The source dated everything in the session by another clock than was assumed; the present time does not change. */
export function redateSession(session: Session, { at, byMs }: { at: number; byMs: number }): Session {
  return { ...session, turns: session.turns.map((turn) => shiftTurn(turn, byMs)), asOf: at };
}

/** Whether neither the turn nor anything it started is at work. */
function isOver(turn: Turn, asOf: number): boolean {
  const isAlone = Object.keys(turn.childrenByKey).length === 0 && turn.background.length === 0 && turn.waiting.length === 0;
  return turn.end !== undefined && isAtRest(turn) && isAlone && turn.busyUntil <= asOf;
}

function shiftTurn(turn: Turn, byMs: number): Turn {
  const { end, retry, interruptedAt } = turn;
  return {
    ...turn,
    startedAt: turn.startedAt + byMs,
    lastEventAt: turn.lastEventAt + byMs,
    busyUntil: turn.busyUntil === 0 ? 0 : turn.busyUntil + byMs,
    lines: turn.lines.map((line) => shiftLine(line, byMs)),
    callsById: Object.fromEntries(Object.entries(turn.callsById).map(([callId, call]) => [callId, shiftCall(call, byMs)])),
    waiting: turn.waiting.map((waiting) => shiftWait(waiting, byMs)),
    ...(end === undefined ? {} : { end: { ...end, at: end.at + byMs } }),
    ...(retry === undefined ? {} : { retry: shiftRetry(retry, byMs) }),
    ...(interruptedAt === undefined ? {} : { interruptedAt: interruptedAt + byMs }),
  };
}

/** Shifts ended calls as well, so that their durations do not change. */
function shiftCall(call: Call, byMs: number): Call {
  const ended = call.endedAt === undefined ? {} : { endedAt: call.endedAt + byMs };
  return { ...call, startedAt: call.startedAt + byMs, ...ended };
}

function shiftLine(line: Line, byMs: number): Line {
  const call = line.kind !== 'call' || line.call === undefined ? {} : { call: shiftCall(line.call, byMs) };
  return { ...line, ...call, ...(line.at === undefined ? {} : { at: line.at + byMs }) };
}

function shiftWait(waiting: Waiting, byMs: number): Waiting {
  const since = waiting.since === undefined ? {} : { since: waiting.since + byMs };
  const until = waiting.until === undefined ? {} : { until: waiting.until + byMs };
  return { ...waiting, ...since, ...until };
}

function shiftRetry(retry: NonNullable<Turn['retry']>, byMs: number): NonNullable<Turn['retry']> {
  const next = retry.nextAt === undefined ? {} : { nextAt: retry.nextAt + byMs };
  return { ...retry, at: retry.at + byMs, ...next };
}
