// What the end of a newer turn proves about an older one of the same session: that it is over, and nothing about when or how.

import { describe, expect, it } from 'vitest';
import { callOf } from '../../../src/core/calls.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import { statusOf } from '../../../src/core/status.ts';
import { answered, asked, at, called, LIMITS, MAIN, said, T0, treeAt } from './scenario.ts';

const nextTurn = [asked(70), said(73, 'stop')];
const compacted = (seconds: number): SessionEvent => at(seconds, { type: 'compacted' });
const injected = (seconds: number, text = 'Current: m-1'): SessionEvent =>
  at(seconds, { type: 'message', messageId: `i${seconds}`, stop: 'stop', injected: true, text });
const silent = (seconds: number): SessionEvent =>
  at(seconds, {
    type: 'message',
    messageId: `s${seconds}`,
    stop: 'tools',
    usage: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, costUsd: 0 },
  });

/** State and length of the older turn once the newer one has ended; a full stop marks a final state. */
function olderTurn(events: readonly SessionEvent[], next: readonly SessionEvent[] = nextTurn): string {
  const tree = treeAt([...events, ...next], 80, 0);
  const { state, final, endedAt = Number.NaN } = statusOf(tree, LIMITS);
  return `${state}${final ? '.' : ''} ${(endedAt - tree.turn.startedAt) / 1_000}s`;
}

describe('an older turn, once a newer one of its session has ended,', () => {
  it.each<[string, SessionEvent[], string]>([
    ['that failed, failed then', [asked(0), said(0, 'error')], 'error. 0s'],
    ['that failed for the third time, failed then', [asked(0), said(1, 'error'), said(5, 'error'), said(14, 'error')], 'error. 14s'],
    [
      'whose calls were all answered ended at the last sign of it',
      [asked(0), said(1, 'tools'), called(1, 'c'), answered(2, 'c')],
      'done_unseen. 2s',
    ],
    ['that only thought ended at the last sign of it', [asked(0), silent(4)], 'done_unseen. 4s'],
    ['that said something ended at the last sign of it', [asked(0), said(5, 'tools', 'Let me see')], 'done_unseen. 5s'],
    ['whose call was never answered is lost', [asked(0), said(1, 'tools'), called(1, 'c')], 'lost. 1s'],
    ['that was never answered is lost', [asked(0)], 'lost. 0s'],
    ['that was compacted and never answered is lost', [asked(0), compacted(3)], 'lost. 3s'],
    ['to which only the gateway said something is lost', [asked(0), injected(2)], 'lost. 2s'],
    ['that ended well ended then', [asked(0), said(6, 'stop')], 'done. 6s'],
    ['that was aborted was aborted then', [asked(0), said(6, 'aborted')], 'aborted. 6s'],
    ['that ended with a call open has none any more', [asked(0), said(1, 'tools'), called(1, 'c'), said(3, 'stop')], 'done. 3s'],
  ])('%s', (_what, events, expected) => {
    expect(olderTurn(events)).toBe(expected);
  });

  it('keeps the time limit it ran into', () => {
    const next = [asked(1_990), said(1_995, 'stop')];
    const tree = treeAt([asked(0), said(1_790, 'tools'), ...next], 2_000, 0);
    expect(statusOf(tree, LIMITS)).toMatchObject({ state: 'timeout', final: true, endedAt: T0 + 1_790_000 });
  });

  it('goes on where a source knows of a run of it', () => {
    const running = at(75, { type: 'run_started', runId: 'r' }, MAIN, 'gateway');
    const named = at(0, { type: 'turn_started', trigger: { kind: 'person' }, messageId: 'u0', runId: 'r' }, MAIN, 'gateway');
    expect(olderTurn([named, said(1, 'stop')], [...nextTurn, running])).toMatch(/^active /);
  });

  it('still takes a result that comes late', () => {
    const events = [asked(0), said(1, 'tools'), called(1, 'c'), said(3, 'stop'), ...nextTurn, answered(76, 'c', 3)];
    const { turn } = treeAt(events, 80, 0);
    expect(callOf(turn, 'c')?.outcome).toEqual({ kind: 'failed', exitCode: 3 });
    expect(olderTurn(events, [])).toBe('done. 3s');
  });
});
