import { describe, expect, it } from 'vitest';
import { callsOf } from '../../../src/core/calls.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import { statusOf } from '../../../src/core/status.ts';
import { treeOf } from '../../../src/core/tree.ts';
import { answered, asked, at, CHILD, called, fold, LIMITS, MAIN, said, stateAt, T0, treeAt } from './scenario.ts';

const HOUR_S = 3_600;

const jump = (seconds: number, hours: number, sessionKey = MAIN): SessionEvent =>
  at(seconds, { type: 'clock_jumped', byMs: hours * HOUR_S * 1_000 }, sessionKey);

/** State, and milliseconds since the start of the turn, as `seconds` after T0 by the clock of that moment. */
function shownAt(events: readonly SessionEvent[], seconds: number): { state: string; final: boolean; elapsedMs: number } {
  const sessions = fold(events);
  const session = sessions.get(MAIN);
  const turn = session?.turns.at(-1);
  if (session === undefined || turn === undefined) throw new Error('the events made no turn');
  const tree = treeOf(sessions, session, turn, T0 + seconds * 1_000);
  const { state, final, endedAt } = statusOf(tree, LIMITS);
  return { state, final, elapsedMs: (final ? (endedAt ?? 0) : tree.session.asOf) - turn.startedAt };
}

const background = (seconds: number): SessionEvent =>
  at(seconds, { type: 'tool_ended', callId: 'c', outcome: { kind: 'background', handle: 'calm-sea' } });
const spawned = (seconds: number): SessionEvent => at(seconds, { type: 'child_spawned', callId: 'k', childKey: CHILD });
const childSays = (seconds: number, stop: 'tools' | 'stop'): SessionEvent =>
  at(seconds, { type: 'message', messageId: `child${seconds}`, stop, text: 'x' }, CHILD);

const stories: [string, readonly SessionEvent[]][] = [
  ['a turn at work', [asked(0), said(1, 'tools'), called(1, 'c')]],
  ['a turn of which nothing has been heard for a while', [asked(0), said(1, 'tools')]],
  ['a turn that waits for a command in the background', [asked(0), said(1, 'tools'), called(1, 'c'), background(2), said(3, 'stop')]],
  ['a turn that expects its sub-agent', [asked(0), said(1, 'tools'), spawned(2), said(3, 'stop')]],
  ['a turn whose sub-agent works', [asked(0), spawned(1), childSays(2, 'tools'), said(3, 'stop')]],
  ['a turn whose sub-agent has just ended', [asked(0), spawned(1), said(2, 'stop'), childSays(8, 'stop')]],
  ['a retry', [asked(0), said(5, 'error')]],
  ['a retry at an announced time', [asked(0), at(5, { type: 'retry_scheduled', attempt: 2, reason: 'busy', nextAt: T0 + 30_000 })]],
  ['a session that its lock says is busy', [asked(0), said(1, 'stop'), spawned(2), at(3, { type: 'busy_seen', until: T0 + 33_000 })]],
  ['a turn that has ended', [asked(0), said(5, 'stop')]],
];

describe.each([
  ['an hour of sleep', 1],
  ['a clock set two hours back', -2],
])('after %s', (_name, hours) => {
  it.each(stories)('%s says the same as before', (_story, events) => {
    const jumps = [jump(10, hours), jump(10, hours, CHILD)];
    expect(shownAt([...events, ...jumps], 10 + hours * HOUR_S)).toEqual(shownAt(events, 10));
  });

  it.each(stories)('%s comes to its end as if nothing had been', (_story, events) => {
    const jumps = [jump(10, hours), jump(10, hours, CHILD)];
    for (const later of [15, 25, 45, 71, 95, 5 * HOUR_S])
      expect(shownAt([...events, ...jumps], later + hours * HOUR_S)).toEqual(shownAt(events, later));
  });
});

it('a call takes no longer for the sleep in the middle of it, and the ended calls of the turn keep their time', () => {
  const events = [asked(0), called(1, 'a'), answered(4, 'a'), called(5, 'b'), jump(HOUR_S + 6, 1), answered(HOUR_S + 8, 'b')];
  const tookMs = callsOf(treeAt(events, HOUR_S + 8).turn).map((call) => (call.endedAt ?? 0) - call.startedAt);
  expect(tookMs).toEqual([3_000, 3_000]);
});

it('a turn that is over for good is not touched: its post would be written again for nothing', () => {
  const events = [asked(0), said(5, 'stop')];
  expect(treeAt([...events, jump(HOUR_S, 1)], HOUR_S).turn).toEqual(treeAt(events, 10).turn);
});

it('a writer whose clock is another one than was thought changes no duration, and not what time it is', () => {
  const events = [asked(0), said(5, 'stop'), asked(10), said(12, 'tools'), at(130, { type: 'writer_clock_learned', byMs: 115_000 })];
  const { session, turn } = treeAt(events, 130);
  expect(session.asOf).toBe(T0 + 130_000);
  expect(turn).toMatchObject({ startedAt: T0 + 125_000, lastEventAt: T0 + 127_000 });
  expect(session.turns[0]?.end?.at).toBe(T0 + 120_000);
  expect(stateAt(events, 131)).toBe('active');
});
