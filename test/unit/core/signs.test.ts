// Several signs of one turn: which of them is believed.

import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/core/event.ts';
import { reduce } from '../../../src/core/reduce.ts';
import type { Session } from '../../../src/core/session.ts';
import { statusOf } from '../../../src/core/status.ts';
import { treeOf } from '../../../src/core/tree.ts';
import { introduced } from './introduced.ts';
import { at, T0 } from './scenario.ts';

const KEY = 'agent:main:mattermost:channel:c';
const LIMITS = { idleTimeoutMs: 60_000, maxDurationMs: 1_800_000 };

type Told = SessionEvent extends infer E ? (E extends SessionEvent ? Omit<E, 'sessionKey' | 'at' | 'source' | 'namesRuns'> : never) : never;
type Step = [seconds: number, source: SessionEvent['source'], event: Told];

function turns(steps: readonly Step[], asOfSeconds: number): string[] {
  let session = introduced(KEY);
  for (const [seconds, source, event] of steps) session = reduce(session, at(seconds, event, KEY, source));
  const asOf = T0 + asOfSeconds * 1_000;
  return session.turns.map((turn) => statusOf(treeOf(new Map([[KEY, session]]), session, turn, asOf), LIMITS).state);
}

const F = 'transcripts';
const G = 'gateway';
const until = (seconds: number) => T0 + seconds * 1_000;
const asked: Step = [0, F, { type: 'turn_started', trigger: { kind: 'person' }, messageId: 'u1' }];
const called: Step = [2, F, { type: 'tool_started', callId: 'c1', tool: 'exec', args: {} }];
const locked = (at: number, since: number): Step => [
  at,
  F,
  { type: 'busy_seen', until: until(at + 30), since: until(since), renewedAt: until(at), isRun: false },
];
const rowRuns = (at: number, renewed: number): Step => [
  at,
  F,
  { type: 'busy_seen', until: until(renewed + 150), since: until(0), renewedAt: until(renewed), isRun: true },
];
const aborted: Step = [6, F, { type: 'run_ended', outcome: 'aborted', runId: 'r1' }];

describe('a turn that its transcript calls aborted', () => {
  it.each<[string, Step[]]>([
    ['a lock', [locked(1, 0)]],
    ['a lock that was taken again just before', [locked(5.9, 5.9)]],
    ['a running row', [rowRuns(3, 3)]],
    ['both', [locked(1, 0), rowRuns(3, 3)]],
  ])('is aborted at once, although %s was seen before', (_what, signs) => {
    expect(turns([asked, called, ...signs, aborted], 6)).toEqual(['aborted']);
  });

  it.each<[string, Step[]]>([
    ['its lock is renewed', [locked(20, 0), locked(40, 0)]],
    ['its row is renewed', [rowRuns(20, 6), rowRuns(40, 6)]],
    ['a lock is taken again that says nothing of a run', [locked(20, 7), locked(40, 7)]],
  ])('stays so when %s', (_what, signs) => {
    expect(turns([asked, called, locked(1, 0), aborted, ...signs], 45)).toEqual(['aborted']);
  });
});

describe('a turn that was cut off in a call', () => {
  const start: Step[] = [asked, called, rowRuns(3, 3), locked(3, 0)];

  it('is lost when its owner lets go, and a row that nobody renews does not take that back', () => {
    expect(turns([...start, [10, F, { type: 'calls_abandoned' }], rowRuns(18, 3), rowRuns(40, 3)], 45)).toEqual(['lost']);
  });

  it('goes on when its row is renewed after all', () => {
    expect(turns([...start, [10, F, { type: 'calls_abandoned' }], rowRuns(18, 17)], 20)).toEqual(['active']);
  });

  it('goes on for a gateway that has a run of it', () => {
    const run: Step = [1, G, { type: 'run_started', runId: 'r1' }];
    expect(turns([asked, run, called, locked(3, 0), [10, F, { type: 'calls_abandoned' }]], 20)).toEqual(['active']);
  });

  it.each<[string, Step]>([
    ['a question is open', [4, G, { type: 'waiting_started', waitId: 'w', on: 'answer', callId: 'c1' }]],
    ['it is tried again', [4, F, { type: 'retry_scheduled', reason: '429', nextAt: until(30) }]],
  ])('is not lost while %s', (_what, step) => {
    expect(turns([...start, step, [10, F, { type: 'calls_abandoned' }]], 12)).not.toEqual(['lost']);
  });

  it('with no call open is not decided by that', () => {
    expect(turns([asked, rowRuns(3, 3), [10, F, { type: 'calls_abandoned' }]], 12)).toEqual(['active']);
  });
});

describe('a gateway that is gone', () => {
  const both: Step[] = [
    [0, G, { type: 'turn_started', trigger: { kind: 'person' }, messageId: 'g1' }],
    asked,
    [1, G, { type: 'run_started', runId: 'r1' }],
    called,
  ];
  const gone: Step = [20, G, { type: 'source_lost' }];

  it('loses a turn of which no file shows a sign of life', () => {
    expect(turns([...both, gone], 21)).toEqual(['lost']);
  });

  it('loses nothing while a file shows that its owner lives', () => {
    expect(turns([...both, locked(15, 0), gone, locked(30, 0)], 40)).toEqual(['active']);
  });

  it('loses it when that sign goes away in the middle of a call', () => {
    expect(turns([...both, locked(15, 0), gone, [22, F, { type: 'busy_cleared', crashed: false }]], 23)).toEqual(['lost']);
    expect(turns([...both, locked(15, 0), [18, F, { type: 'calls_abandoned' }], gone, rowRuns(30, 3)], 31)).toEqual(['lost']);
  });

  it('leaves the end to the file', () => {
    const said: Step = [35, F, { type: 'message', messageId: 'a1', text: 'Done.', stop: 'stop' }];
    const result: Step = [34, F, { type: 'tool_ended', callId: 'c1', outcome: { kind: 'ok' } }];
    expect(turns([...both, locked(15, 0), gone, result, said, [36, F, { type: 'busy_cleared', crashed: false }]], 37)).toEqual(['done']);
  });
});

describe('a sign of life', () => {
  const ended: Step[] = [
    asked,
    [3, F, { type: 'message', messageId: 'a1', text: 'Done.', stop: 'stop' }],
    [4, F, { type: 'busy_cleared', crashed: false }],
  ];

  it('that may be housekeeping begins no turn', () => {
    expect(turns([...ended, locked(6, 5), locked(20, 5)], 25)).toEqual(['done']);
  });

  it('of a run begins one, and one of which nothing ever comes ends with it', () => {
    const sign: Step = [6, F, { type: 'busy_seen', until: until(150), since: until(5), renewedAt: until(6), isRun: true }];
    expect(turns([...ended, sign], 7)).toEqual(['done', 'active']);
    expect(turns([...ended, sign, [8, F, { type: 'busy_cleared', crashed: false }]], 9)).toEqual(['done', 'done']);
  });
});

describe('a transcript that was put aside by a reset', () => {
  it('ends an open turn as aborted, one that ended as it had, and the next one not at all', () => {
    const reset: Step = [10, F, { type: 'source_lost', by: 'reset' }];
    expect(turns([asked, called, reset], 11)).toEqual(['aborted']);
    expect(turns([asked, [3, F, { type: 'message', messageId: 'a1', text: 'Done.', stop: 'stop' }], reset], 11)).toEqual(['done']);
    const next: Step = [9, F, { type: 'busy_seen', until: until(150), since: until(9), renewedAt: until(9), isRun: true }];
    expect(turns([asked, [3, F, { type: 'message', messageId: 'a1', text: 'Done.', stop: 'stop' }], next, reset], 11)).toEqual([
      'done',
      'active',
    ]);
  });
});

describe('the clock of a turn', () => {
  const startOf = (steps: readonly Step[]): number => {
    let session = introduced(KEY);
    for (const [seconds, source, event] of steps) session = reduce(session, at(seconds, event, KEY, source));
    return ((session.turns[0]?.startedAt ?? 0) - T0) / 1_000;
  };
  const post: Step = [0, G, { type: 'turn_started', trigger: { kind: 'person' }, messageId: 'g1' }];
  const run = (at: number): Step => [at, G, { type: 'run_started', runId: 'r1' }];
  const line = (at: number): Step => [at, F, { type: 'turn_started', trigger: { kind: 'person' }, messageId: 'u1' }];

  it.each<[string, Step[], number]>([
    ['of a post that waited', [post, run(12)], 12],
    ['of a line', [line(12)], 12],
    ['of both', [post, run(12), line(12.3)], 12],
    [
      'of both, the other way round',
      [line(12.3), [12, G, { type: 'turn_started', trigger: { kind: 'person' }, messageId: 'g1' }], run(12)],
      12.3,
    ],
    ['of a run that says again that it is alive', [post, run(12), run(20), run(30)], 12],
    ['of a run that is tried again', [post, run(12), [14, G, { type: 'retry_scheduled', reason: '429', runId: 'r1' }], run(20)], 12],
  ])('begins with its first run: %s', (_what, steps, seconds) => {
    expect(startOf(steps)).toBe(seconds);
  });
});

describe('a turn that only a sign of life began', () => {
  const sign = (at: number, seconds = 145): Step => [
    at,
    F,
    { type: 'busy_seen', until: until(at + seconds), since: until(at), renewedAt: until(at), isRun: true },
  ];
  const cleared = (at: number): Step => [at, F, { type: 'busy_cleared', crashed: false }];
  const line = (at: number): Step => [at, F, { type: 'turn_started', trigger: { kind: 'person' }, messageId: 'u9' }];
  const call = (at: number): Step => [at, F, { type: 'tool_started', callId: 'c9', tool: 'exec', args: {} }];
  const result = (at: number): Step => [at, F, { type: 'tool_ended', callId: 'c9', outcome: { kind: 'ok' } }];
  const words = (at: number): Step => [at, F, { type: 'message', messageId: 'w9', text: 'I look.', stop: 'tools' }];
  const answer = (at: number): Step => [at, F, { type: 'message', messageId: 'a9', text: 'Done.', stop: 'stop' }];

  function fold(steps: readonly Step[]): Session {
    let session = introduced(KEY);
    for (const [seconds, source, event] of steps) session = reduce(session, at(seconds, event, KEY, source));
    return session;
  }
  /** Per turn: who asked, when it began, how many lines it has, and how it ended. */
  const told = (steps: readonly Step[]): unknown[] =>
    fold(steps).turns.map(({ trigger, startedAt, lines, end }) => [trigger.kind, (startedAt - T0) / 1_000, lines.length, end?.outcome]);

  it.each<[string, Step[]]>([
    ['dated after the sign', [sign(5), line(6)]],
    ['dated before the sign', [sign(5), line(4)]],
    ['dated after the sign went away', [sign(5), cleared(7), line(9)]],
    ['dated before the sign that went away', [sign(5), cleared(7), line(4)]],
  ])('is the turn of the next line, %s', (_when, steps) => {
    expect(turns(steps, 9)).toEqual(['active']);
    expect(turns([...steps, answer(12), cleared(13)], 14)).toEqual(['done']);
  });

  it.each<[string, Step[], number]>([
    ['twice, the line dated before both', [sign(5), cleared(7), sign(8)], 4],
    ['twice, the line dated between', [sign(5), cleared(7), sign(8)], 6],
    ['twice, the line dated after both', [sign(5), cleared(7), sign(8)], 9],
    ['twice, the second one gone again', [sign(5), cleared(7), sign(8), cleared(9)], 6],
    ['three times', [sign(2), cleared(3), sign(4), cleared(5), sign(6)], 3],
    ['three times, all of them gone', [sign(2), cleared(3), sign(4), cleared(5), sign(6), cleared(7)], 7],
    ['twice with a while between', [sign(5), cleared(7), sign(40)], 39],
  ])('is one turn and holds all lines when the sign came %s', (_how, signs, asked) => {
    const lines = [line(asked), words(asked + 0.5), call(asked + 0.6), result(asked + 3), answer(50)];
    const begun = Math.min(asked, signs[0]?.[0] ?? 0);
    expect(told([...signs, ...lines, cleared(51)])).toEqual([['person', begun, 3, 'done']]);
  });

  it.each<[string, Step[], number]>([
    ['is still there', [sign(5, 200)], 100],
    ['is renewed', [sign(5, 30), sign(30, 30), sign(60, 30), sign(80, 30)], 100],
    ['has just gone away', [sign(5, 200), cleared(120)], 130],
  ])('takes its line however late that comes while the sign %s', (_how, signs, asked) => {
    expect(told([...signs, line(asked), answer(asked + 5)])).toEqual([['person', 5, 1, 'done']]);
  });

  it('is over for good when its sign went away long ago', () => {
    const next: Step[] = [line(400), answer(405)];
    const empty = ['unknown', 5, 0, 'done'];
    expect(told([sign(5), cleared(7), ...next])).toEqual([empty, ['person', 400, 1, 'done']]);
    expect(told([sign(5), cleared(7), sign(399), ...next])).toEqual([empty, ['person', 399, 1, 'done']]);
  });

  it('lasts as long as the sign that came back', () => {
    expect(turns([sign(5), cleared(7), sign(8)], 20)).toEqual(['active']);
    expect(turns([sign(5), cleared(7), sign(8), cleared(20)], 21)).toEqual(['done']);
  });

  it('leaves what is told late of turns before it to them', () => {
    const before: Step[] = [asked, [3, F, { type: 'message', messageId: 'a1', text: 'First.', stop: 'stop' }]];
    const lines = [line(4), words(4.2), call(4.3), result(6), answer(8)];
    expect(told([...before, sign(5), ...lines])).toEqual([
      ['person', 0, 1, 'done'],
      ['person', 4, 3, 'done'],
    ]);
  });

  it('is of the turn that goes on, when the next line says so', () => {
    const spawned: Step[] = [asked, [2, F, { type: 'message', messageId: 'a1', text: 'A helper is at work.', stop: 'stop' }]];
    const report: Step = [
      4,
      F,
      { type: 'turn_started', trigger: { kind: 'announce', childKey: 'agent:main:subagent:c' }, messageId: 'u9' },
    ];
    const child: Step = [3.5, 'daemon', { type: 'child_spawned', callId: 's', childKey: 'agent:main:subagent:c' }];
    const [first, ...others] = told([...spawned, sign(5), child, report, words(5.5), answer(8)]);
    expect(first).toEqual(['person', 0, 4, 'done']);
    expect(others.map((turn) => (turn as unknown[])[2])).toEqual([0]);
  });
});
