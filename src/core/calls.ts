// Where the calls of a turn are: running ones by their id, ended ones in their lines. A long turn has many of those, and an object with
// many names that come and go is slow to change; a list is not. Older checkpoints have ended calls by their id, too.

import type { Call, Line, Turn } from './session.ts';

export function callOf({ callsById, lines }: Pick<Turn, 'callsById' | 'lines'>, callId: string): Call | undefined {
  return callsById[callId] ?? endedCall(lines.find((line) => isLineOf(line, callId)));
}

/** The call of a line. */
export function callOfLine({ callsById }: Pick<Turn, 'callsById'>, line: Line): Call | undefined {
  return line.kind === 'call' ? (line.call ?? callsById[line.callId]) : undefined;
}

/** All calls whose lines are not forgotten. */
export function callsOf({ callsById, lines }: Pick<Turn, 'callsById' | 'lines'>): Call[] {
  return [...lines.flatMap((line) => endedCall(line) ?? []), ...Object.values(callsById)];
}

export function pendingCalls({ callsById }: Turn): Call[] {
  return Object.values(callsById).filter((call) => call.endedAt === undefined);
}

/** The calls of this turn that failed, those included whose lines are forgotten; a wrapper and what it called are one. */
export function failedCallCount(turn: Turn): number {
  const failed = callsOf(turn).filter(({ outcome }) => outcome?.kind === 'failed');
  const wrappers = new Set(failed.map(({ parentCallId }) => parentCallId));
  return (turn.droppedFailures ?? 0) + failed.filter(({ callId }) => !wrappers.has(callId)).length;
}

/** Changes one call; an unknown id changes nothing. */
export function withCall(turn: Turn, callId: string, change: (call: Call) => Call): Turn {
  const call = callOf(turn, callId);
  return call === undefined ? turn : withKnownCall(turn, change(call));
}

function withKnownCall(turn: Turn, call: Call): Turn {
  const { callId, endedAt } = call;
  const index = endedAt === undefined ? -1 : turn.lines.findIndex((line) => isLineOf(line, callId));
  const line = turn.lines[index];
  if (line?.kind !== 'call') return { ...turn, callsById: { ...turn.callsById, [callId]: call } };
  return { ...withoutCall(turn, callId), lines: turn.lines.with(index, { ...line, call }) };
}

/** Forgets the call, as far as it is not in its line. */
export function withoutCall(turn: Turn, callId: string): Turn {
  if (turn.callsById[callId] === undefined) return turn;
  const { [callId]: _gone, ...callsById } = turn.callsById;
  return { ...turn, callsById };
}

/** Calls that nobody will answer any more. A late result still corrects the outcome's absence. */
export function endCalls(turn: Turn, at: number, calls: readonly Call[] = pendingCalls(turn)): Turn {
  return calls.reduce((before, call) => withKnownCall(before, { ...call, endedAt: at }), turn);
}

function endedCall(line: Line | undefined): Call | undefined {
  return line?.kind === 'call' ? line.call : undefined;
}

function isLineOf(line: Line, callId: string): boolean {
  return line.kind === 'call' && line.callId === callId;
}
