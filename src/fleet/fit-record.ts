// Encodes a record in at most 16 KB. What matters least goes first, step by step: old lines of sub-agents, old lines, sub-agents that have
// ended, the ends of long texts, then all but the newest of every list. What the box is about and its state stay. Pure.

import type { Session, Turn } from '../core/session.ts';
import { withNewestLines } from '../core/turn.ts';
import { cut } from '../text/text.ts';
import { mapTexts } from './record-texts.ts';
import type { TurnRecord } from './turn-record.ts';

export const MAX_RECORD_BYTES = 16_384;

type Reduction = (record: TurnRecord) => TurnRecord;

/** Each is tried after the one before was not enough. */
const REDUCTIONS: readonly Reduction[] = [
  childLines(12),
  lines(40),
  childLines(4),
  children(40),
  texts(1_000),
  lines(20),
  childLines(1),
  children(20),
  texts(300),
  lines(10),
  lists(20),
  withoutArguments,
  children(10),
  texts(120),
  lines(5),
  lists(5),
  childLines(0),
  lines(0),
  children(3),
  texts(60),
  lists(1),
  texts(24),
  children(1),
];

/** The bytes of the record, which may say less then. `undefined`: even its names are too long. */
export function encodeRecord(record: TurnRecord): Uint8Array | undefined {
  let smaller = record;
  for (const reduce of [undefined, ...REDUCTIONS]) {
    smaller = reduce?.(smaller) ?? smaller;
    const bytes = bytesOf(smaller);
    if (bytes.length <= MAX_RECORD_BYTES) return bytes;
  }
  return undefined;
}

function bytesOf(record: TurnRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record));
}

function lines(most: number): Reduction {
  return (record) => ({ ...record, sessions: mapSessions(record, (turn, isRoot) => (isRoot ? withLines(turn, most) : turn)) });
}

function childLines(most: number): Reduction {
  return (record) => ({ ...record, sessions: mapSessions(record, (turn, isRoot) => (isRoot ? turn : withLines(turn, most))) });
}

/** As the fold drops them, counted; in the end those that it spares, too. */
function withLines(turn: Turn, most: number): Turn {
  const spared = withNewestLines(turn, most);
  if (most > 5 || spared.lines.length <= most) return spared;
  const dropped = spared.lines.length - most;
  return { ...spared, lines: spared.lines.slice(dropped), droppedLines: spared.droppedLines + dropped };
}

function texts(most: number): Reduction {
  return (record) => mapTexts(record, (text) => cut(text, most));
}

/** The newest of what waits, runs or was noted; of what has names, the last. */
function lists(most: number): Reduction {
  return (record) => ({
    ...record,
    sessions: mapSessions(record, (turn) => withLists(turn, most)),
    marks: {
      ...record.marks,
      ...(record.marks.violations === undefined ? {} : { violations: record.marks.violations.slice(-most) }),
      ...(record.marks.remarks === undefined ? {} : { remarks: record.marks.remarks.slice(-most) }),
    },
  });
}

function withLists(turn: Turn, most: number): Turn {
  return {
    ...turn,
    waiting: turn.waiting.slice(-most),
    background: turn.background.slice(-most),
    startedBy: turn.startedBy.slice(-most),
    callsById: newest(turn.callsById, most, ({ endedAt }) => endedAt === undefined),
    runsById: newest(turn.runsById, most, ({ open }) => open),
    ...(turn.plan === undefined ? {} : { plan: turn.plan.slice(-most) }),
    ...(turn.meters === undefined ? {} : { meters: turn.meters.slice(0, most) }),
    ...(turn.notes === undefined ? {} : { notes: turn.notes.slice(-most) }),
  };
}

function newest<T>(byName: Readonly<Record<string, T>>, most: number, isAtWork: (item: T) => boolean): Record<string, T> {
  const entries = Object.entries(byName);
  const kept = new Set(newestOf(entries, most, ([, item]) => isAtWork(item)));
  return Object.fromEntries(entries.filter((entry) => kept.has(entry)));
}

/** What is at work is kept before what is newer: the state of the turn depends on it. */
function newestOf<T>(items: readonly T[], most: number, isAtWork: (item: T) => boolean): T[] {
  if (most === 0) return [];
  return [...items.filter((item) => !isAtWork(item)), ...items.filter(isAtWork)].slice(-most);
}

/** Fewer sub-agents. Those that go leave no trace but the number of lines that are not shown. */
function children(most: number): Reduction {
  return (record) => {
    const [root, ...others] = record.sessions;
    const atWork = keysAtWork(others);
    const kept = new Set(newestOf(others, most, ({ key }) => atWork.has(key)));
    const goneKeys = new Set(others.filter((session) => !kept.has(session)).map(({ key }) => key));
    const fewer: TurnRecord = { ...record, sessions: [root, ...others.filter((session) => kept.has(session))] };
    return { ...fewer, sessions: mapSessions(fewer, (turn) => withoutChildren(turn, goneKeys)) };
  };
}

function withoutChildren(turn: Turn, goneKeys: ReadonlySet<string>): Turn {
  const kept = turn.lines.filter((line) => line.kind !== 'child' || !goneKeys.has(line.childKey));
  const childrenByKey = Object.fromEntries(Object.entries(turn.childrenByKey).filter(([key]) => !goneKeys.has(key)));
  return { ...turn, lines: kept, droppedLines: turn.droppedLines + turn.lines.length - kept.length, childrenByKey };
}

/** Of the sub-agents that have not ended, and of those that spawned them. */
function keysAtWork(sessions: readonly Session[]): Set<string> {
  const parentByKey = new Map(sessions.map(({ key, parentKey }) => [key, parentKey]));
  const keys = new Set<string>();
  for (const { key } of sessions.filter(({ turns: [turn] }) => turn?.end === undefined)) {
    for (let next: string | undefined = key; next !== undefined && !keys.has(next); next = parentByKey.get(next)) keys.add(next);
  }
  return keys;
}

/** Calls without their arguments still have their names, times and ends. */
function withoutArguments(record: TurnRecord): TurnRecord {
  const sessions = mapSessions(record, (turn) => ({
    ...turn,
    lines: turn.lines.map((line) =>
      line.kind === 'call' && line.call !== undefined ? { ...line, call: { ...line.call, args: {} } } : line,
    ),
    callsById: Object.fromEntries(Object.entries(turn.callsById).map(([id, call]) => [id, { ...call, args: {} }])),
  }));
  return { ...record, sessions };
}

function mapSessions({ sessions: [root, ...others] }: TurnRecord, change: (turn: Turn, isRoot: boolean) => Turn): TurnRecord['sessions'] {
  const changed = (session: Session, isRoot: boolean): Session => ({
    ...session,
    turns: session.turns.map((turn) => change(turn, isRoot)),
  });
  return [changed(root, true), ...others.map((session) => changed(session, false))];
}
