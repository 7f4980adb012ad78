// A wait for a person ends: by an answer, with its call, with its run, and at last by the clock.

import { describe, expect, it } from 'vitest';
import { shiftSession } from '../../../src/core/clock-shift.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import { answered, asked, at, called, fold, MAIN, said, stateAt, T0 } from './scenario.ts';

const waits = (seconds: number, more: object = {}): SessionEvent =>
  at(seconds, { type: 'waiting_started', waitId: 'w', on: 'approval', callId: 'c', ...more });
const turn = [asked(0), said(1, 'tools'), called(1, 'c'), waits(2)];

describe('a wait for a person', () => {
  it('ends with the result of its call, and not with that of another', () => {
    expect(stateAt([...turn, called(2, 'other'), answered(3, 'other')], 4)).toBe('waiting');
    expect(stateAt([...turn, answered(3, 'c')], 4)).toBe('active');
  });

  it('ends when its command goes on in the background', () => {
    const background = at(3, { type: 'tool_ended', callId: 'c', outcome: { kind: 'background', handle: 'h' } });
    expect(stateAt([...turn, background], 4)).toBe('active');
  });

  it.each(['done', 'failed', 'aborted', 'timed_out', 'lost'] as const)('is over when its run ended as %s', (outcome) => {
    const state = { done: 'done.', failed: 'error.', aborted: 'aborted.', timed_out: 'timeout.', lost: 'lost.' }[outcome];
    expect(stateAt([...turn, at(3, { type: 'run_ended', outcome, runId: 'r' })], 4)).toBe(state);
  });

  it('that nobody answers ends by the clock, where it is known how long it lasts', () => {
    const asking = [asked(0), called(1, 'c'), waits(2, { until: T0 + 30_000 })];
    expect(stateAt(asking, 29)).toBe('waiting');
    expect(stateAt(asking, 30)).toBe('active');
    expect(stateAt(turn, 7_200)).toBe('waiting');
  });

  it('lasts as long when the clock is set meanwhile', () => {
    const session = fold([asked(0), called(1, 'c'), waits(2, { until: T0 + 30_000 })]).get(MAIN);
    if (session === undefined) throw new Error('no session');
    expect(shiftSession(session, 5_000).turns[0]?.waiting[0]?.until).toBe(T0 + 35_000);
  });
});

describe('a loss', () => {
  it('that is told after an end takes nothing back', () => {
    expect(stateAt([asked(0), said(2, 'stop'), at(9, { type: 'run_ended', outcome: 'lost', runId: 'r' })], 30)).toBe('done.');
  });
});
