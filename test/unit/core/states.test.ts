// The closed table of states, row by row (product/live-status.md), and the traps of the transcripts that lead to a wrong one.

import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/core/event.ts';
import { answered, asked, at, CHILD, called, said, stateAt } from './scenario.ts';

const spawn = [
  asked(0),
  said(1, 'tools'),
  called(1, 'c'),
  at(2, { type: 'child_spawned', callId: 'c', childKey: CHILD }),
  answered(2, 'c'),
  said(3, 'stop'),
];
const childAsked = at(2, { type: 'turn_started', trigger: { kind: 'parent' }, messageId: 'cu' }, CHILD);
const childDone = at(9, { type: 'message', messageId: 'cm', stop: 'stop', text: 'all good' }, CHILD);

const triedAgain = (seconds: number): SessionEvent =>
  at(seconds, { type: 'turn_started', trigger: { kind: 'recovery', promptId: 'u0' }, messageId: `u${seconds}` });
const failed = (seconds: number): SessionEvent => at(seconds, { type: 'run_ended', outcome: 'failed', reason: 'HTTP 500' });

const rows: [name: string, events: SessionEvent[], seconds: number, state: string][] = [
  ['a turn just asked for is active', [asked(0)], 1, 'active'],
  ['a lock alone makes a turn active', [at(0, { type: 'busy_seen', until: Number.MAX_SAFE_INTEGER })], 20, 'active'],
  [
    'a silent generation of 70 s under a lock is quiet, not done',
    [asked(0), at(0, { type: 'busy_seen', until: Number.MAX_SAFE_INTEGER })],
    70,
    'quiet',
  ],
  ['a running tool is not silence', [asked(0), said(1, 'tools'), called(1, 'c')], 600, 'active'],
  ['a 45-minute build goes on', [asked(0), said(1, 'tools'), called(1, 'c')], 2700, 'active'],
  ['a stop ends the turn', [asked(0), said(2, 'stop')], 3, 'done.'],
  ['a length stop ends the turn', [asked(0), said(2, 'length')], 3, 'done.'],
  ['a run that has said its last word waits for no call', [asked(0), said(1, 'tools'), called(1, 'c'), said(2, 'stop')], 3, 'done.'],
  ['nor does one whose last word was cut off', [asked(0), said(1, 'tools'), called(1, 'c'), said(2, 'length')], 3, 'done.'],
  [
    'a turn with an unanswered call stays active after a stop of another run',
    [asked(0), at(0, { type: 'run_started', runId: 'r' }), said(1, 'tools'), called(1, 'c'), said(2, 'stop')],
    3,
    'active',
  ],
  [
    'a call made after the last word of a run is of the next one',
    [asked(0), said(1, 'tools'), called(1, 'c'), said(2, 'stop'), said(3, 'tools'), called(3, 'd')],
    4,
    'active',
  ],
  ['an error may be retried', [asked(0), said(2, 'error')], 3, 'retry'],
  ['a retry that succeeds is done', [asked(0), said(2, 'error'), said(4, 'error'), said(9, 'stop')], 10, 'done.'],
  ['an error without another try is final', [asked(0), said(2, 'error')], 60, 'error.'],
  ['a second try that has begun may think for as long as any run', [asked(0), said(2, 'error'), triedAgain(3)], 60, 'retry'],
  ['a second try that never says anything failed', [asked(0), said(2, 'error'), triedAgain(3)], 64, 'error.'],
  ['a second try after a final failure', [asked(0), said(2, 'error'), failed(2.5), triedAgain(3)], 4, 'active'],
  [
    'the lock let go after an error: failed at once',
    [asked(0), said(2, 'error'), at(3, { type: 'busy_cleared', crashed: false })],
    4,
    'error.',
  ],
  ['a run that failed for good', [asked(0), at(2, { type: 'run_ended', outcome: 'failed', reason: 'HTTP 400' })], 3, 'error.'],
  [
    'an abort told twice around a normal stop',
    [asked(0), at(2, { type: 'run_ended', outcome: 'aborted' }), said(2, 'stop'), said(2.1, 'aborted')],
    3,
    'aborted.',
  ],
  ['an abort ends the call that will never be answered', [asked(0), said(1, 'tools'), called(1, 'c'), said(3, 'aborted')], 4, 'aborted.'],
  [
    'a time-out told before its aborted message',
    [asked(0), at(2, { type: 'run_ended', outcome: 'timed_out' }), said(2, 'aborted')],
    3,
    'timeout.',
  ],
  [
    'a time-out told after its aborted message',
    [asked(0), said(2, 'aborted'), at(2, { type: 'run_ended', outcome: 'timed_out' })],
    3,
    'timeout.',
  ],
  ['idle without any sign of life', [asked(0), said(1, 'tools')], 62, 'done_unseen.'],
  ['idle past the hard limit', [asked(0), said(1790, 'tools')], 1860, 'timeout.'],
  ['approval', [asked(0), at(1, { type: 'waiting_started', waitId: 'w', on: 'approval' })], 3600, 'waiting'],
  [
    'approval given',
    [asked(0), at(1, { type: 'waiting_started', waitId: 'w', on: 'approval' }), at(5, { type: 'waiting_ended', waitId: 'w' })],
    6,
    'active',
  ],
  ['the owner of the lock died', [asked(0), said(1, 'tools'), called(1, 'c'), at(9, { type: 'busy_cleared', crashed: true })], 10, 'lost.'],
  [
    'a gateway that was stopped lets go of its lock in the middle of a call',
    [asked(0), said(1, 'tools'), called(1, 'c'), at(9, { type: 'busy_cleared', crashed: false })],
    10,
    'lost.',
  ],
  [
    'a lock let go between a result and the next answer says nothing yet',
    [asked(0), said(1, 'tools'), called(1, 'c'), answered(2, 'c'), at(9, { type: 'busy_cleared', crashed: false })],
    10,
    'active',
  ],
  [
    'a call that was left open by an ended run ends with its lock',
    [asked(0), said(1, 'tools'), called(1, 'c'), said(2, 'stop'), at(3, { type: 'busy_cleared', crashed: false })],
    4,
    'done.',
  ],
  [
    'a named run outlives the lock',
    [
      asked(0),
      at(0, { type: 'run_started', runId: 'r' }),
      said(1, 'tools'),
      called(1, 'c'),
      at(9, { type: 'busy_cleared', crashed: false }),
    ],
    600,
    'active',
  ],
  ['the source vanished', [asked(0), at(9, { type: 'source_lost' })], 10, 'lost.'],
  [
    'a question whose asker is gone waits no longer',
    [asked(0), at(1, { type: 'waiting_started', waitId: 'w', on: 'answer' }), said(2, 'stop'), at(9, { type: 'source_lost' })],
    10,
    'done.',
  ],
  ['our own stop', [asked(0), at(9, { type: 'watcher_stopped' })], 10, 'interrupted.'],
  ['our own stop after the end changes nothing', [asked(0), said(5, 'stop'), at(9, { type: 'watcher_stopped' })], 10, 'done.'],
  ['life after our stop', [asked(0), at(9, { type: 'watcher_stopped' }), said(12, 'tools')], 13, 'active'],
  ['a parent waits for its sub-agent', [...spawn, childAsked], 6, 'active'],
  ['a parent waits ten seconds for the announcement', [...spawn, childAsked, childDone], 18, 'active'],
  ['a parent without an announcement ends then', [...spawn, childAsked, childDone], 20, 'done.'],
  ['an announcement that was answered ends it at once', [...spawn, childAsked, childDone, said(10, 'stop')], 11, 'done.'],
  ['a sub-agent that never appears is not waited for', spawn, 70, 'done.'],
  [
    'a background command outlives the turn for a while',
    [
      asked(0),
      said(1, 'tools'),
      called(1, 'c'),
      at(2, { type: 'tool_ended', callId: 'c', outcome: { kind: 'background', handle: 'calm-sea' } }),
      said(3, 'stop'),
    ],
    20,
    'active',
  ],
  ['later activity reopens', [asked(0), said(2, 'stop'), said(20, 'tools'), called(20, 'c')], 21, 'active'],
  [
    'an hour of sleep declares nothing idle',
    [asked(0), said(1, 'tools'), at(3601, { type: 'clock_jumped', byMs: 3_600_000 })],
    3605,
    'active',
  ],
];

describe('the state of a turn', () => {
  it.each(rows)('%s', (_name, events, seconds, state) => {
    expect(stateAt(events, seconds)).toBe(state);
  });

  it('is the same when every event is told twice', () => {
    for (const [name, events, seconds, state] of rows) {
      const twice = events.flatMap((event): SessionEvent[] => (event.type === 'clock_jumped' ? [event] : [event, event]));
      expect(`${name}: ${stateAt(twice, seconds)}`).toBe(`${name}: ${state}`);
    }
  });
});
