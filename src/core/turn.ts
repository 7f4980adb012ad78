// Begins a turn and changes its parts: small pure updates for the reducer.

import type { EventOf, SessionEvent, Trigger, Usage } from './event.ts';
import { callOf, callOfLine, pendingCalls, withCall, withoutCall } from './calls.ts';
import type { Line, Session, Turn, Waiting } from './session.ts';

const SPARED_LINES = 20; // the newest ones are never dropped, so that new ones show beside many running calls
const MOST_LINES = 200; // the most that a setting allows; not even running calls may grow a turn without bound
const KEPT_MESSAGES = 500; // ids remembered per turn against double counting
const KEPT_USAGES = 120; // more than these are folded into one entry, until
const KEPT_AFTER_FOLD = 60; // the newest stay single: a gateway sends the last 50 messages again
/** The name for the arguments of a call of which only a summary is known. */
export const SUMMARY_ARG = 'summary';
const FOLDED_USAGE_ID = '(earlier)';

/** A box id that the same turn gets again when its transcript is read again from the start. */
function boxIdOf(sessionKey: string, startedAt: number): string {
  return `${fingerprint(sessionKey)}-${Math.max(0, Math.trunc(startedAt)).toString(36)}`;
}

/** FNV-1a over UTF-16 units, twice with different seeds: 64 bits as hex. Not a secret, only a short name. */
export function fingerprint(text: string): string {
  return hash32(text, 0x811c9dc5) + hash32(text, 0x1b873593);
}

function hash32(text: string, seed: number): string {
  let hash = seed;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** A turn in which nothing has happened yet. */
export function newTurn(session: Session, trigger: Trigger, event: Pick<SessionEvent, 'at' | 'namesRuns'>): Turn {
  return {
    boxId: boxIdOf(session.key, event.at),
    trigger,
    ...(session.route === undefined ? {} : { route: session.route }),
    startedAt: event.at,
    lastEventAt: event.at,
    lines: [],
    droppedLines: 0,
    callsById: {},
    childrenByKey: {},
    runsById: {},
    runOpen: false,
    background: [],
    waiting: [],
    busyUntil: 0,
    superseded: false,
    startedBy: [],
    usageById: {},
    messageIds: [],
    compactions: 0,
    ...(session.toolsUntold === true && event.namesRuns === true ? { toolsUntold: true } : {}),
  };
}

/**
 * A call whose start is emitted once more, perhaps by another source. Sources date it differently. The earlier time counts, so that calls
 * that were made at once stay in order.
 */
export function withCallAgain(before: Turn, { callId, at, args }: EventOf<'tool_started'>): Turn {
  const turn = withEarlierLine(before, { kind: 'call', callId, at });
  const isComplete = Object.keys(callOf(turn, callId)?.args ?? {}).some((name) => name !== SUMMARY_ARG);
  return isComplete ? turn : withCall(turn, callId, (call) => ({ ...call, args }));
}

/** A line that was dropped does not come back. */
function withEarlierLine(turn: Turn, line: Line & { at: number }): Turn {
  const key = lineKey(line);
  const known = turn.lines.find((other) => lineKey(other) === key);
  if (known === undefined || (known.at ?? 0) <= line.at) return turn;
  return withLine({ ...turn, lines: turn.lines.filter((other) => other !== known) }, { ...known, at: line.at });
}

/** Puts a line where it belongs by its time, or leaves the turn as it is when the line is already there. */
export function withLine(turn: Turn, line: Line): Turn {
  const key = lineKey(line);
  if (turn.lines.some((other) => lineKey(other) === key)) return turn;
  const { at = Number.POSITIVE_INFINITY } = line;
  const position = turn.lines.findLastIndex((other) => (other.at ?? 0) <= at) + 1;
  return withNewestLines({ ...turn, lines: turn.lines.toSpliced(position, 0, line) }, MOST_LINES);
}

function lineKey(line: Line): string {
  switch (line.kind) {
    case 'text':
    case 'note':
      return `${line.kind}:${line.id}`;
    case 'call':
      return `call:${line.callId}`;
    case 'child':
      return `child:${line.childKey}`;
    default:
      return line satisfies never;
  }
}

/** The turn with about `most` lines. Running calls and sub-agents are not dropped: their end is still to be shown. Failed calls go last. */
export function withNewestLines(turn: Turn, most: number): Turn {
  const fewer = turn.lines.length > most ? withoutOldestLine(turn) : turn;
  return fewer === turn ? turn : withNewestLines(fewer, most);
}

function withoutOldestLine(turn: Turn): Turn {
  const old = turn.lines.slice(0, -SPARED_LINES).filter((candidate) => isDroppable(turn, candidate));
  const line =
    old.find((candidate) => !isFailure(turn, candidate)) ?? old[0] ?? (turn.lines.length > MOST_LINES ? turn.lines[0] : undefined);
  if (line === undefined) return turn;
  const lines = turn.lines.filter((other) => other !== line);
  const droppedLines = turn.droppedLines + 1;
  if (line.kind !== 'call') return { ...turn, lines, droppedLines };
  const failures = (turn.droppedFailures ?? 0) + (isFailure(turn, line) ? 1 : 0);
  return { ...withoutCall(turn, line.callId), lines, droppedLines, ...(failures === 0 ? {} : { droppedFailures: failures }) };
}

function isDroppable(turn: Turn, line: Line): boolean {
  if (line.kind === 'child') return false;
  return line.kind !== 'call' || callOfLine(turn, line)?.endedAt !== undefined;
}

function isFailure(turn: Turn, line: Line): boolean {
  return callOfLine(turn, line)?.outcome?.kind === 'failed';
}

export function withMessageId(turn: Turn, messageId: string): Turn {
  if (turn.messageIds.includes(messageId)) return turn;
  return { ...turn, messageIds: [...turn.messageIds, messageId].slice(-KEPT_MESSAGES) };
}

export function withUsage(turn: Turn, messageId: string, usage: Usage | undefined): Turn {
  if (usage === undefined) return turn;
  return foldUsage({ ...turn, usageById: { ...turn.usageById, [messageId]: usage } });
}

/** Many at a time: objects of this size are slow to change. */
function foldUsage(turn: Turn): Turn {
  if (Object.keys(turn.usageById).length <= KEPT_USAGES) return turn;
  const { [FOLDED_USAGE_ID]: before = NO_USAGE, ...rest } = turn.usageById;
  const usages = Object.entries(rest);
  const folded = usages.slice(0, -KEPT_AFTER_FOLD).reduce((sum, [, usage]) => addUsage(sum, usage), before);
  return { ...turn, usageById: Object.fromEntries([[FOLDED_USAGE_ID, folded], ...usages.slice(-KEPT_AFTER_FOLD)]) };
}

const NO_USAGE: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, costUsd: 0 };

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    costUsd: a.costUsd + b.costUsd,
  };
}

/** Everything this turn's own model calls used; sub-agents are not in it. */
export function usageOf(turn: Turn): Usage {
  return Object.values(turn.usageById).reduce(addUsage, NO_USAGE);
}

export function hasOpenRun(turn: Turn): boolean {
  return Object.values(turn.runsById).some((run) => run.open);
}

/** Whether nothing but its sub-agents or background commands can still be at work. */
export function isAtRest(turn: Turn): boolean {
  return !turn.runOpen && !hasOpenRun(turn) && pendingCalls(turn).length === 0;
}

/** The turn without the waits that are over; the same turn when none is. */
export function withoutWaits(turn: Turn, isOver: (waiting: Waiting) => boolean): Turn {
  return turn.waiting.some(isOver) ? { ...turn, waiting: turn.waiting.filter((waiting) => !isOver(waiting)) } : turn;
}

/** The waits for people at that moment: a question that was never answered ends by itself. */
export function openWaits({ waiting }: Turn, asOf: number): Waiting[] {
  return waiting.filter(({ until }) => until === undefined || asOf < until);
}

/** Replaces the turn of the same box. */
export function withTurn(session: Session, turn: Turn): Session {
  return { ...session, turns: session.turns.map((other) => (other.boxId === turn.boxId ? turn : other)) };
}

/** Whether only signs of life were ever seen of it. */
export function isBare(turn: Turn): boolean {
  const hasContent = turn.lines.length > 0 || turn.messageIds.length > 0 || Object.keys(turn.usageById).length > 0;
  return turn.trigger.kind === 'unknown' && !hasContent && Object.keys(turn.runsById).length === 0;
}
