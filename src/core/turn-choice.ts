// Which turn an event belongs to: the identity rule of a box.

import type { EventOf, SessionEvent, Trigger } from './event.ts';
import type { Session, Turn } from './session.ts';
import { reopen } from './run-end.ts';
import { newTurn, withMessageId, withTurn } from './turn.ts';

const KEPT_TURNS = 200; // a guard only: who draws the turns forgets each of them some time after its end
const SAME_START_MS = 60_000; // two sources tell of the same beginning within this time
const EARLY_MS = 5_000; // clocks of two sources, or a lock and its user line, differ by less

export interface Choice {
  session: Session;
  turn: Turn;
}

/** The turn that knows the event's call, message, run or child; else the current one while it can still be meant. */
export function chooseTurn(session: Session, event: SessionEvent): Choice | undefined {
  const turn = turnThatKnows(session, event) ?? currentTurn(session, event);
  return turn === undefined ? undefined : { session: { ...session, currentBoxId: nextCurrent(session, turn, event) }, turn };
}

/** Results and reports reach back; they do not make an older turn the current one again. */
function nextCurrent(session: Session, turn: Turn, event: SessionEvent): string {
  const isOfCommand = event.type === 'background_ended' || (event.type === 'busy_seen' && event.handle !== undefined);
  const reachesBack = isOfCommand || event.type === 'tool_ended' || event.type === 'child_spawned' || event.type === 'run_ended';
  return reachesBack && session.currentBoxId !== undefined ? session.currentBoxId : turn.boxId;
}

function turnThatKnows(session: Session, event: SessionEvent): Turn | undefined {
  const newestFirst = session.turns.toReversed();
  const messageId = 'messageId' in event ? event.messageId : undefined;
  const callId = 'callId' in event ? event.callId : undefined;
  const runId = 'runId' in event ? event.runId : undefined;
  const handle = 'handle' in event ? event.handle : undefined;
  return (
    newestFirst.find((turn) => callId !== undefined && knowsCall(session, turn, callId, event)) ??
    newestFirst.find((turn) => messageId !== undefined && turn.messageIds.includes(messageId)) ??
    newestFirst.find((turn) => runId !== undefined && runId in turn.runsById) ??
    newestFirst.find((turn) => handle !== undefined && turn.background.some((known) => known.startsWith(handle)))
  );
}

/** Call ids are unique within a run only: a call that begins again although it has ended is another one, in the current turn. */
function knowsCall(session: Session, turn: Turn, callId: string, event: SessionEvent): boolean {
  const call = turn.callsById[callId];
  if (call === undefined || event.type !== 'tool_started') return call !== undefined;
  return call.endedAt === undefined || turn.boxId === session.currentBoxId;
}

/**
 * An ended turn takes no sign of life: that one announces the next turn, whose first line is not yet written; but a turn
 * with sub-agents expects their announcements, which may be silent.
 */
function currentTurn(session: Session, event: SessionEvent): Turn | undefined {
  const turn = session.turns.find((other) => other.boxId === session.currentBoxId);
  if (event.type === 'busy_seen' && event.handle !== undefined) return undefined;
  if (turn?.end === undefined) return turn;
  if (event.type === 'busy_seen') return hasChildren(turn) ? turn : undefined;
  if (event.type === 'run_started' || isSilentStart(event)) return turnAwaitingChildren(session);
  return turn;
}

/** Some versions write no user line for a sub-agent's announcement: the answer just follows. */
function isSilentStart(event: SessionEvent): boolean {
  return event.type === 'message' && event.injected !== true;
}

function turnAwaitingChildren(session: Session): Turn | undefined {
  return session.turns.findLast(hasChildren) ?? session.turns.at(-1);
}

function hasChildren(turn: Turn): boolean {
  return Object.keys(turn.childrenByKey).length > 0;
}

/** Opens a turn for activity whose beginning was not seen. */
export function continueTurn(session: Session, event: Pick<SessionEvent, 'at' | 'source'>): Choice {
  return openTurn(session, newTurn(session, { kind: 'unknown' }, event));
}

/** A trigger arrived: it continues the turn it belongs to, or opens the next one. */
export function startTurn(session: Session, event: EventOf<'turn_started'>): Session {
  const same = sameTurn(session, event);
  if (same !== undefined) return withTurn({ ...session, currentBoxId: same.boxId }, begin(same, event));
  return openTurn(session, begin(newTurn(session, event.trigger, event), event)).session;
}

/** What this source says of the turn's beginning, added to what is known. */
function begin(turn: Turn, event: EventOf<'turn_started'>): Turn {
  const continues = event.trigger.kind === 'announce' || event.trigger.kind === 'recovery';
  const trigger = continues ? turn.trigger : betterTrigger(turn.trigger, event.trigger);
  const named = event.messageId === undefined ? turn : withMessageId(turn, event.messageId);
  const runsById =
    event.runId === undefined || event.runId in turn.runsById ? turn.runsById : { ...turn.runsById, [event.runId]: { open: false } };
  const startedBy = turn.startedBy.includes(event.source) ? turn.startedBy : [...turn.startedBy, event.source];
  const isRepeat = event.messageId !== undefined && turn.messageIds.includes(event.messageId);
  const runOpen = isRepeat ? turn.runOpen : turn.runOpen || turn.end === undefined || continues;
  const begun = { ...named, trigger, runsById, startedBy, runOpen, lastEventAt: Math.max(turn.lastEventAt, event.at) };
  return continues && !isRepeat && turn.end !== undefined && event.at >= turn.end.at ? reopen(begun, undefined) : begun;
}

function betterTrigger(known: Trigger, told: Trigger): Trigger {
  if (known.kind === 'unknown') return told;
  if (known.kind === 'person' && told.kind === 'person') return { ...told, ...known };
  return known.kind === 'operator' && told.kind === 'person' ? told : known;
}

function sameTurn(session: Session, event: EventOf<'turn_started'>): Turn | undefined {
  const known = turnThatKnows(session, event) ?? turnOfPost(session, event.trigger);
  if (known !== undefined) return known;
  if (event.trigger.kind === 'announce') return turnOfChild(session, event.trigger.childKey) ?? turnAwaitingChildren(session);
  const newest = session.turns.at(-1);
  if (newest === undefined) return undefined;
  if (event.trigger.kind === 'recovery') return newest;
  return isSameBeginning(newest, event) ? newest : undefined;
}

function turnOfPost(session: Session, trigger: Trigger): Turn | undefined {
  if (trigger.kind !== 'person' || trigger.postId === undefined) return undefined;
  return session.turns.findLast((turn) => turn.trigger.kind === 'person' && turn.trigger.postId === trigger.postId);
}

function turnOfChild(session: Session, childKey: string | undefined): Turn | undefined {
  return childKey === undefined ? undefined : session.turns.findLast((turn) => childKey in turn.childrenByKey);
}

/** A beginning that nobody has named yet, or one told by a source that has not told it yet, with no end in between. */
function isSameBeginning(turn: Turn, event: EventOf<'turn_started'>): boolean {
  if (turn.trigger.kind === 'unknown') return turn.messageIds.length === 0 && Math.abs(event.at - turn.startedAt) <= SAME_START_MS;
  if (turn.startedBy.includes(event.source)) return false;
  const endsAt = turn.end?.at ?? turn.startedAt + SAME_START_MS;
  return event.at >= turn.startedAt - EARLY_MS && event.at <= endsAt;
}

/** The session's next turn. What kept the older ones alive from outside now speaks for the new one. */
function openTurn(session: Session, turn: Turn): Choice {
  const older = session.turns.map((other) => ({ ...other, superseded: true, busyUntil: 0 }));
  const taken = older.some((other) => other.boxId === turn.boxId);
  const opened = taken ? { ...turn, boxId: `${turn.boxId}-${older.length}` } : turn;
  return { session: { ...session, turns: [...older, opened].slice(-KEPT_TURNS), currentBoxId: opened.boxId }, turn: opened };
}
