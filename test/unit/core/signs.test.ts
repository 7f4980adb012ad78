// Several signs of one turn: which of them is believed.

import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/core/event.ts';
import { newSession, reduce } from '../../../src/core/reduce.ts';
import { statusOf } from '../../../src/core/status.ts';
import { treeOf } from '../../../src/core/tree.ts';

const KEY = 'agent:main:mattermost:channel:c';
const T0 = 1_795_226_000_000;
const LIMITS = { idleTimeoutMs: 60_000, maxDurationMs: 1_800_000 };

type Told = SessionEvent extends infer E ? (E extends SessionEvent ? Omit<E, 'sessionKey' | 'at' | 'source'> : never) : never;
type Step = [seconds: number, source: SessionEvent['source'], event: Told];

function turns(steps: readonly Step[], asOfSeconds: number): string[] {
  let session = newSession(KEY);
  for (const [seconds, source, event] of steps) session = reduce(session, { ...event, sessionKey: KEY, at: T0 + seconds * 1_000, source });
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
    let session = newSession(KEY);
    for (const [seconds, source, event] of steps)
      session = reduce(session, { ...event, sessionKey: KEY, at: T0 + seconds * 1_000, source });
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
  const sign = (at: number): Step => [at, F, { type: 'busy_seen', until: until(150), since: until(at), renewedAt: until(at), isRun: true }];
  const cleared = (at: number): Step => [at, F, { type: 'busy_cleared', crashed: false }];
  const line = (at: number): Step => [at, F, { type: 'turn_started', trigger: { kind: 'person' }, messageId: 'u9' }];
  const answer = (at: number): Step => [at, F, { type: 'message', messageId: 'a9', text: 'Done.', stop: 'stop' }];

  it.each<[string, Step[]]>([
    ['dated after the sign', [sign(5), line(6)]],
    ['dated before the sign', [sign(5), line(4)]],
    ['dated after the sign went away', [sign(5), cleared(7), line(9)]],
    ['dated before the sign that went away', [sign(5), cleared(7), line(4)]],
  ])('is the turn of the next line, %s', (_when, steps) => {
    expect(turns(steps, 9)).toEqual(['active']);
    expect(turns([...steps, answer(12), cleared(13)], 14)).toEqual(['done']);
  });
});
