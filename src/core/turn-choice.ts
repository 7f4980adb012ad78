// Chooses the turn that an event belongs to: the identity rule of a box.

import type { EventOf, SessionEvent, Trigger } from './event.ts';
import type { Session, Turn } from './session.ts';
import { isBeforeEnd, reopen } from './run-end.ts';
import { callOf, pendingCalls } from './calls.ts';
import { isBare, newTurn, withMessageId, withTurn } from './turn.ts';
import { originalOf } from './message-text.ts';

const KEPT_TURNS = 200; // a guard only: the board forgets each turn some time after its end
const SAME_START_MS = 60_000; // two sources emit the same beginning within this time
const EARLY_MS = 5_000; // a gateway dates a message when it came, which may be this long before its run began
const LATE_MIRROR_MS = 10 * 60_000; // a delivery may be tried for a while; the same text much later is a new message
const EARLY_LINE_MS = 1_000; // a line is dated when it is written, and that is after its run began

export interface Choice {
  session: Session;
  turn: Turn;
}

/** The turn that knows the event's call, message, run or child; else the current one while it can still be meant. */
export function chooseTurn(session: Session, event: SessionEvent): Choice | undefined {
  const known = turnThatKnows(session, event);
  const past = known === undefined ? turnOfThePast(session, event) : undefined;
  if (past !== undefined) return { session, turn: past };
  const turn = known ?? currentTurn(session, event);
  return turn === undefined ? undefined : { session: { ...session, currentBoxId: nextCurrent(session, turn, event) }, turn };
}

/**
 * One of two sources may be late: an event from before the current turn began is of the turn before. Only if that had ended already may
 * work so shortly before a turn be its own, by another clock.
 */
function turnOfThePast(session: Session, event: SessionEvent): Turn | undefined {
  const current = session.turns.find((other) => other.boxId === session.currentBoxId);
  if (current === undefined || event.at >= current.startedAt || event.type === 'busy_seen') return undefined;
  const before = session.turns.findLast((turn) => turn.startedAt <= event.at && turn.boxId !== current.boxId);
  if (before === undefined) return undefined;
  const isOver = before.end !== undefined && event.at - before.end.at > current.startedAt - event.at;
  return isOver && isWork(event) ? undefined : before;
}

function isWork(event: SessionEvent): boolean {
  return event.type === 'tool_started' || event.type === 'run_started' || isSilentStart(event);
}

/** Results, reports and late events may belong to an older turn. That does not make it the current one again. */
function nextCurrent(session: Session, turn: Turn, event: SessionEvent): string {
  const current = session.turns.find((other) => other.boxId === session.currentBoxId);
  if (current !== undefined && turn.startedAt < current.startedAt && event.at < current.startedAt) return current.boxId;
  const isOfCommand = event.type === 'background_ended' || (event.type === 'busy_seen' && event.handle !== undefined);
  const isOfGateway = event.type === 'message' && event.injected === true;
  const reachesBack =
    isOfCommand || isOfGateway || event.type === 'tool_ended' || event.type === 'child_spawned' || event.type === 'run_ended';
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
    newestFirst.find((turn) => handle !== undefined && turn.background.some((known) => known.startsWith(handle))) ??
    newestFirst.find((turn) => event.type === 'message' && isMirrorOf(turn, event))
  );
}

/** The gateway may write down what it delivered only when somebody has already asked the next thing. */
function isMirrorOf(turn: Turn, event: EventOf<'message'>): boolean {
  return event.injected === true && event.at - turn.lastEventAt <= LATE_MIRROR_MS && originalOf(turn, event) !== undefined;
}

/** Call ids are unique within a run only: a call that begins again although it has ended is another one, in the current turn. */
function knowsCall(session: Session, turn: Turn, callId: string, event: SessionEvent): boolean {
  const call = callOf(turn, callId);
  if (call === undefined || event.type !== 'tool_started') return call !== undefined;
  return call.endedAt === undefined || turn.boxId === session.currentBoxId;
}

/**
 * A sign of life after the end of a turn is of the next one, whose first line is not yet written. But a turn with sub-agents expects their
 * announcements, which may be silent, and a lost turn turns out not to be lost.
 */
function currentTurn(session: Session, event: SessionEvent): Turn | undefined {
  const turn = session.turns.find((other) => other.boxId === session.currentBoxId);
  if (event.type === 'busy_seen' && event.handle !== undefined) return undefined;
  if (isOlderThanAll(session, event)) return undefined;
  if (turn?.end === undefined || isStillExpected(turn, event)) return turn;
  if (event.type === 'busy_seen') return hasChildren(turn) || turn.end.outcome === 'lost' ? turn : undefined;
  if (isBeforeEnd(turn, event)) return turn;
  if (event.type === 'run_started' || isSilentStart(event)) return turnAwaitingChildren(session);
  return turn;
}

/** A sign of life may come and go several times before the first line: all of them are of one turn. */
function isStillExpected(turn: Turn, event: Pick<SessionEvent, 'at'>): boolean {
  return isBare(turn) && event.at <= lastSignAt(turn) + SAME_START_MS;
}

function lastSignAt({ startedAt, busyUntil, end }: Turn): number {
  return Math.max(startedAt, busyUntil, end?.at ?? 0);
}

/** What the gateway itself wrote before the first turn is of no turn, however late it comes. */
function isOlderThanAll(session: Session, event: SessionEvent): boolean {
  const first = session.turns[0];
  return event.type === 'message' && event.injected === true && first !== undefined && event.at < first.startedAt;
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
export function continueTurn(session: Session, event: Pick<SessionEvent, 'at' | 'namesRuns'>): Choice {
  return openTurn(session, newTurn(session, { kind: 'unknown' }, event));
}

/** A trigger arrived: it continues the turn it belongs to, or opens the next one. */
export function startTurn(session: Session, event: EventOf<'turn_started'>): Session {
  const same = sameTurn(session, event);
  if (same !== undefined) return withTurn({ ...session, currentBoxId: currentAfterStart(session, same, event) }, begin(same, event));
  return openTurn(session, begin(newTurn(session, event.trigger, event), event)).session;
}

/** When a line goes on with an older turn, the sign of life seen before it was of that turn, whatever their dates. */
function currentAfterStart(session: Session, same: Turn, event: EventOf<'turn_started'>): string {
  const current = session.turns.find(({ boxId }) => boxId === session.currentBoxId);
  const isNews = event.messageId === undefined || !same.messageIds.includes(event.messageId);
  const isSignOfIt = isNews && isContinued(event) && current !== undefined && isBare(current) && isNear(current, event);
  return isSignOfIt ? same.boxId : nextCurrent(session, same, event);
}

function isContinued({ trigger }: EventOf<'turn_started'>): boolean {
  return trigger.kind === 'announce' || trigger.kind === 'recovery';
}

/** Adds what this source knows of the turn's beginning. */
function begin(turn: Turn, event: EventOf<'turn_started'>): Turn {
  const continues = isContinued(event);
  const trigger = continues ? turn.trigger : betterTrigger(turn.trigger, event.trigger);
  const named = event.messageId === undefined ? turn : withMessageId(turn, event.messageId);
  const runsById =
    event.runId === undefined || event.runId in turn.runsById ? turn.runsById : { ...turn.runsById, [event.runId]: { open: false } };
  const startedBy = turn.startedBy.includes(event.source) ? turn.startedBy : [...turn.startedBy, event.source];
  const isRepeat = event.messageId !== undefined && turn.messageIds.includes(event.messageId);
  const runOpen = isRepeat ? turn.runOpen : turn.runOpen || turn.end === undefined || continues;
  const retry = turn.retry === undefined || !continues || isRepeat ? {} : { retry: { ...turn.retry, nextAt: event.at } };
  const begun = {
    ...(event.namesRuns === true ? named : fromLine(named)),
    ...retry,
    trigger,
    runsById,
    startedBy,
    runOpen,
    lastEventAt: Math.max(turn.lastEventAt, event.at),
  };
  if (isBare(turn)) return fromSign(begun, event.at);
  return continues && !isRepeat && turn.end !== undefined && event.at >= turn.end.at ? reopen(begun, { at: event.at }) : begun;
}

/** A line is written when the run begins, and lines have every tool. */
function fromLine({ toolsUntold: _untold, ...turn }: Turn): Turn {
  return { ...turn, hasRun: true };
}

/** A turn that was only guessed from a sign of life has really begun, at the time of its line. It goes on, even if the sign is over. */
function fromSign(turn: Turn, at: number): Turn {
  const { end: _end, ...open } = turn;
  return { ...open, runOpen: true, startedAt: Math.min(turn.startedAt, at) };
}

function betterTrigger(known: Trigger, newer: Trigger): Trigger {
  if (known.kind === 'unknown') return newer;
  if (known.kind === 'person' && newer.kind === 'person')
    return { ...newer, ...known, ...(newer.chat === 'direct' ? { chat: 'direct' } : {}) };
  if (known.kind === 'schedule' && newer.kind === 'schedule') return { ...newer, ...known };
  return known.kind === 'operator' && newer.kind === 'person' ? newer : known;
}

function sameTurn(session: Session, event: EventOf<'turn_started'>): Turn | undefined {
  const known = turnThatKnows(session, event) ?? turnOfPost(session, event.trigger);
  if (known !== undefined) return known;
  if (event.trigger.kind === 'announce') return turnOfAnnouncement(session, event.trigger.childKey);
  if (event.trigger.kind === 'recovery') return turnOfPrompt(session, event.trigger.promptId) ?? session.turns.at(-1);
  return turnOfBeginning(session, event);
}

function turnOfPost(session: Session, trigger: Trigger): Turn | undefined {
  if (trigger.kind !== 'person' || trigger.postId === undefined) return undefined;
  return session.turns.findLast((turn) => turn.trigger.kind === 'person' && turn.trigger.postId === trigger.postId);
}

function turnOfPrompt(session: Session, promptId: string | undefined): Turn | undefined {
  return promptId === undefined ? undefined : session.turns.findLast((turn) => turn.messageIds.includes(promptId));
}

/** A sub-agent whose spawn was not emitted yet is most likely one of the newest turn. */
function turnOfAnnouncement(session: Session, childKey: string | undefined): Turn | undefined {
  if (childKey === undefined) return turnAwaitingChildren(session);
  return session.turns.findLast((turn) => childKey in turn.childrenByKey) ?? session.turns.at(-1);
}

/** The turn that has this beginning, too: of the possible ones the one that began closest to it. */
function turnOfBeginning(session: Session, event: EventOf<'turn_started'>): Turn | undefined {
  const distance = (turn: Turn): number => Math.abs(event.at - turn.startedAt);
  const isInOrder = (turn: Turn): boolean => !isBare(turn) || beginsBefore(session, turn) <= event.at;
  return session.turns
    .filter((turn) => isSameBeginning(turn, event) && isInOrder(turn))
    .reduce<Turn | undefined>((best, turn) => (best === undefined || distance(turn) <= distance(best) ? turn : best), undefined);
}

/** When the turn before this one began. */
function beginsBefore({ turns }: Session, turn: Turn): number {
  return turns[turns.indexOf(turn) - 1]?.startedAt ?? 0;
}

/** As far from a sign of life as the line that it announced may be. */
function isNear(turn: Turn, { at }: Pick<SessionEvent, 'at'>): boolean {
  return at >= turn.startedAt - SAME_START_MS && at <= lastSignAt(turn) + SAME_START_MS;
}

/** Whether the event may be this turn's beginning: nobody or only another source has emitted that, and no end lies in between. */
function isSameBeginning(turn: Turn, event: EventOf<'turn_started'>): boolean {
  if (!areOneTrigger(turn.trigger, event.trigger)) return false;
  // A lock may be let go of and taken again before the first line is written: the line shows what that sign of life was.
  if (isBare(turn)) return isNear(turn, event);
  if (turn.end !== undefined && event.at > turn.end.at) return false;
  if (isNameless(turn, event)) return Math.abs(event.at - turn.startedAt) <= SAME_START_MS;
  if (turn.startedBy.includes(event.source)) return false;
  const earlyMs = event.namesRuns === true ? EARLY_MS : EARLY_LINE_MS;
  return event.at >= turn.startedAt - earlyMs && event.at <= lastBeginningAt(turn, event);
}

/** A source that comes to a turn in the middle of it only sees that something is going on. */
function lastBeginningAt(turn: Turn, event: EventOf<'turn_started'>): number {
  if (turn.end !== undefined) return turn.end.at; // nothing begins after that
  if (event.trigger.kind !== 'unknown') return turn.startedAt + SAME_START_MS;
  return pendingCalls(turn).length > 0 ? Number.POSITIVE_INFINITY : turn.lastEventAt + SAME_START_MS;
}

/** Whether its trigger is unknown. A source that has emitted an unknown trigger must now know more, or it means another turn. */
function isNameless(turn: Turn, event: EventOf<'turn_started'>): boolean {
  const saysMore = event.trigger.kind !== 'unknown' || !turn.startedBy.includes(event.source);
  return turn.trigger.kind === 'unknown' && turn.messageIds.length === 0 && saysMore;
}

/** Sources differ in what they know of a trigger, but a command that no model answers is nothing else. */
function areOneTrigger(a: Trigger, b: Trigger): boolean {
  return a.kind === 'unknown' || b.kind === 'unknown' || (a.kind === 'command') === (b.kind === 'command');
}

/** Adds the session's next turn, or a late one. Signs of life of older turns now count for a new one. */
function openTurn(session: Session, turn: Turn): Choice {
  const position = session.turns.findLastIndex((other) => other.startedAt <= turn.startedAt) + 1;
  const isNext = position === session.turns.length;
  const others = isNext ? session.turns.map((other) => ({ ...other, superseded: true, busyUntil: 0 })) : session.turns;
  const taken = others.some((other) => other.boxId === turn.boxId);
  const opened = { ...turn, superseded: !isNext, ...(taken ? { boxId: `${turn.boxId}-${others.length}` } : {}) };
  const turns = others.toSpliced(position, 0, opened).slice(-KEPT_TURNS);
  const currentBoxId = isNext || session.currentBoxId === undefined ? opened.boxId : session.currentBoxId;
  return { session: { ...session, turns, currentBoxId }, turn: opened };
}
