// Folds events into sessions. Pure and idempotent: the same event again changes nothing.

import { redateSession, shiftSession } from './clock-shift.ts';
import type { EventOf, SessionEvent } from './event.ts';
import { callOf, endCalls, withCall } from './calls.ts';
import { withMeter, withNote, withoutNote } from './meters-and-notes.ts';
import { closeRun, endCallsBefore, isBeforeEnd, isPartOfEnd, reopen, settleOlderTurns } from './run-end.ts';
import { withSessionSeen } from './session-seen.ts';
import type { Call, Line, Session, Turn } from './session.ts';
import { startWaiting } from './start-waiting.ts';
import { abandonCalls, clearBusy, isLeftBehind, loseSource, seeBusy, withoutBackground } from './signs-of-life.ts';
import { withCallAgain, withLine, withoutWaits, withTurn } from './turn.ts';
import { spawnChild } from './spawned-child.ts';
import { chooseTurn, continueTurn, startTurn } from './turn-choice.ts';
import { withMessageText } from './message-text.ts';

const COMPACTED_NOTE = '[session compacted - continuing]';
const SAME_COMPACTION_MS = 2_000;
const UNKNOWN_AGENT = 'unknown';

/** A session of which only the key is known. */
export function newSession(key: string): Session {
  return { key, agentId: UNKNOWN_AGENT, turns: [], asOf: 0 };
}

/** The session after `event`. Events of other sessions must not be given. */
export function reduce(before: Session, event: SessionEvent): Session {
  const session = { ...before, asOf: Math.max(before.asOf, event.at) };
  switch (event.type) {
    case 'session_seen':
      return withSessionSeen(before, event);
    case 'turn_started':
      return startTurn(session, event);
    case 'writer_clock_learned':
      return redateSession(before, event);
    case 'clock_jumped':
      return shiftSession(before, event.byMs);
    case 'clock_ticked':
      return session;
    case 'observed':
      return before;
    case 'watcher_stopped':
      return everyTurn(session, (turn) => ({ ...turn, interruptedAt: event.at }));
    case 'source_lost':
      return everyTurn(session, (turn) => loseSource(session.tellsLoss === true ? withoutBackground(turn) : turn, event));
    case 'run_started':
    case 'run_ended':
    case 'busy_cleared':
    case 'calls_abandoned':
    case 'message':
    case 'retry_scheduled':
    case 'tool_started':
    case 'tool_ended':
    case 'child_spawned':
    case 'turn_hosted':
    case 'background_ended':
    case 'waiting_started':
    case 'waiting_ended':
    case 'plan_changed':
    case 'meter_changed':
    case 'noted':
    case 'note_removed':
    case 'compacted':
      return reduceInTurn(session, event);
    case 'busy_seen':
      return isLeftBehind(before, event) ? before : withoutNews(before, reduceInTurn(session, event));
    default:
      return event satisfies never;
  }
}

/** A sign of life that opens nothing changes no box: it does not advance the time shown. */
function withoutNews(before: Session, after: Session): Session {
  return after.turns.length > 0 && after.turns.length === before.turns.length ? { ...after, asOf: before.asOf } : after;
}

type TurnEvent = Exclude<
  SessionEvent,
  {
    type:
      | 'session_seen'
      | 'turn_started'
      | 'writer_clock_learned'
      | 'clock_jumped'
      | 'clock_ticked'
      | 'observed'
      | 'watcher_stopped'
      | 'source_lost';
  }
>;

function reduceInTurn(session: Session, event: TurnEvent): Session {
  const chosen = chooseTurn(session, event);
  const current = chosen ?? (opensTurn(event) ? continueTurn(session, event) : undefined);
  if (current === undefined) return session;
  const { turn, session: opened } = current;
  const touched = touch(turn, event);
  const after = applyToTurn(touched, event);
  if (after === touched && touched === turn && opened === session) return session;
  return settleOlderTurns(withTurn(opened, after), after);
}

/** Signs of life and results of forgotten calls open nothing; real activity of the agent does. */
function opensTurn(event: TurnEvent): boolean {
  switch (event.type) {
    case 'message':
      return event.injected !== true;
    case 'busy_seen':
      return event.handle === undefined && event.isRun !== false;
    case 'run_started':
    case 'tool_started':
    case 'retry_scheduled':
    case 'waiting_started':
      return true;
    case 'run_ended':
    case 'busy_cleared':
    case 'calls_abandoned':
    case 'tool_ended':
    case 'child_spawned':
    case 'turn_hosted':
    case 'background_ended':
    case 'waiting_ended':
    case 'plan_changed':
    case 'meter_changed':
    case 'noted':
    case 'note_removed':
    case 'compacted':
      return false;
    default:
      return event satisfies never;
  }
}

/** Real events refresh the last activity; signs of life do not. */
function touch(turn: Turn, event: TurnEvent): Turn {
  const { interruptedAt, ...rest } = turn;
  const awake = interruptedAt === undefined ? turn : rest;
  if (event.type === 'busy_seen' || event.type === 'busy_cleared' || event.type === 'calls_abandoned') return awake;
  return event.at > awake.lastEventAt ? { ...awake, lastEventAt: event.at } : awake;
}

function applyToTurn(turn: Turn, event: TurnEvent): Turn {
  switch (event.type) {
    case 'message':
      return applyMessage(turn, event);
    case 'tool_started':
      return startCall(turn, event);
    case 'tool_ended':
      return endCall(turn, event);
    case 'child_spawned':
      return spawnChild(turn, event);
    case 'turn_hosted':
      return turn.hostKey === undefined ? { ...turn, hostKey: event.hostKey } : turn;
    case 'run_started':
      return startRun(turn, event);
    case 'run_ended':
      return endRun(turn, event);
    case 'busy_seen':
      return seeBusy(turn, event);
    case 'busy_cleared':
      return clearBusy(turn, event);
    case 'calls_abandoned':
      return abandonCalls(turn, event);
    case 'retry_scheduled':
      return scheduleRetry(turn, event);
    case 'background_ended':
      return endBackground(turn, event);
    case 'waiting_started':
      return startWaiting(turn, event);
    case 'waiting_ended':
      return withoutWaits(turn, ({ waitId }) => waitId === event.waitId);
    case 'plan_changed':
      return { ...turn, plan: event.steps };
    case 'meter_changed':
      return withMeter(turn, event);
    case 'noted':
      return withNote(turn, event);
    case 'note_removed':
      return withoutNote(turn, event);
    case 'compacted':
      return compact(turn, event);
    default:
      return event satisfies never;
  }
}

/** The clock of a turn begins with its first run; only a gateway sends a message that still waits for its run. */
function startRun(before: Turn, event: EventOf<'run_started'>): Turn {
  const turn = before.hasRun === true || before.end !== undefined ? before : withRun(before, event.at);
  return { ...reopen(turn, { at: event.at }), runsById: { ...turn.runsById, [event.runId]: { open: !isBeforeEnd(turn, event) } } };
}

function withRun(turn: Turn, at: number): Turn {
  return { ...turn, hasRun: true, startedAt: turn.lines.length === 0 ? Math.max(turn.startedAt, at) : turn.startedAt };
}

function applyMessage(before: Turn, event: EventOf<'message'>): Turn {
  const turn = withMessageText(before, event);
  if (before.messageIds.includes(event.messageId)) return turn;
  if (event.injected === true) return turn;
  switch (event.stop) {
    case 'tools':
      return isBeforeEnd(turn, event) ? turn : { ...reopen(turn, event), runOpen: true };
    case 'stop':
    case 'length':
      return endCallsBefore(closeRun(turn, { outcome: 'done', at: event.at, runId: event.runId }), event.at);
    case 'aborted':
      return closeRun(turn, { outcome: 'aborted', at: event.at, runId: event.runId });
    case 'error':
      return scheduleRetry(turn, { at: event.at, reason: event.reason ?? 'the model call failed' });
    default:
      return event.stop satisfies never;
  }
}

function startCall(turn: Turn, event: EventOf<'tool_started'>): Turn {
  if (callOf(turn, event.callId) !== undefined) return withCallAgain(turn, event);
  const parent = event.parentCallId === undefined ? {} : { parentCallId: event.parentCallId };
  const call = { callId: event.callId, tool: event.tool, args: event.args, startedAt: event.at, ...parent };
  return withLine(withNewCall(turn, call, event.runId), { kind: 'call', callId: event.callId, at: event.at });
}

/** A call that arrives after its turn has ended had ended, too. A later result still says how. */
function withNewCall(turn: Turn, call: Call, runId: string | undefined): Turn {
  if (turn.end === undefined || !isBeforeEnd(turn, { at: call.startedAt }))
    return { ...reopen(turn, { at: call.startedAt, runId }), runOpen: true, callsById: { ...turn.callsById, [call.callId]: call } };
  return { ...turn, callsById: { ...turn.callsById, [call.callId]: { ...call, endedAt: turn.end.at } } };
}

function endCall(before: Turn, event: EventOf<'tool_ended'>): Turn {
  const turn = withoutWaits(before, ({ callId }) => callId === event.callId);
  const ended = withCall(turn, event.callId, (call) =>
    call.outcome !== undefined && call.outcome.kind !== 'background' ? call : { ...call, endedAt: event.at, outcome: event.outcome },
  );
  if (event.outcome.kind !== 'background' || turn.background.includes(event.outcome.handle)) return ended;
  return { ...ended, background: [...ended.background, event.outcome.handle] };
}

function scheduleRetry(turn: Turn, event: { at: number; reason: string; attempt?: number; nextAt?: number }): Turn {
  if (isPartOfEnd(turn, event)) return turn;
  const attempt = event.attempt ?? (turn.retry?.at === event.at ? turn.retry.attempt : (turn.retry?.attempt ?? 0) + 1);
  const { end: _end, ...open } = turn;
  return {
    ...open,
    runOpen: true,
    retry: { attempt, reason: event.reason, at: event.at, ...(event.nextAt === undefined ? {} : { nextAt: event.nextAt }) },
  };
}

/** An explicit end, unlike a last message: no call of the run is answered any more. */
function endRun(turn: Turn, event: EventOf<'run_ended'>): Turn {
  const closed = closeRun(turn, event);
  if (event.outcome === 'yielded') return closed;
  return endCalls(
    withoutWaits(closed, ({ callId }) => callId !== undefined),
    event.at,
  );
}

/**
 * The command's own sign of life ends with it, and so does a turn that only waited for the command. Without such a sign the report may be
 * hours old.
 */
function endBackground(turn: Turn, event: EventOf<'background_ended'>): Turn {
  const background = turn.background.filter((handle) => !isSameHandle(handle, event.handle));
  if (background.length === turn.background.length) return turn;
  if (background.length > 0) return { ...turn, background };
  const { end } = turn;
  const wasAwaited = end !== undefined && turn.busyUntil > event.at && event.at > end.at;
  return { ...turn, background, busyUntil: 0, ...(wasAwaited ? { end: { ...end, at: event.at } } : {}) };
}

/** Handles are cut to eight characters where a later user line reports the end. */
function isSameHandle(handle: string, reported: string): boolean {
  return handle === reported || (reported.length >= 6 && handle.startsWith(reported));
}

/** Both sources emit the same compaction, each with its own time; no session is compacted twice within that. */
function compact(turn: Turn, event: EventOf<'compacted'>): Turn {
  const isKnown = turn.lines.some((line) => line.kind === 'note' && Math.abs((line.at ?? 0) - event.at) <= SAME_COMPACTION_MS);
  if (isKnown) return turn;
  const note: Line = { kind: 'note', id: `compacted-${event.at}`, text: COMPACTED_NOTE, at: event.at };
  return withLine({ ...turn, compactions: turn.compactions + 1 }, note);
}

function everyTurn(session: Session, change: (turn: Turn) => Turn): Session {
  return { ...session, turns: session.turns.map(change) };
}
