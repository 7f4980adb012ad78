// N-31: a task of the mesh and the session that works on it name each other, when it is sure which session that is.

import { expect, it } from 'vitest';
import { EventPath } from '../../../src/app/event-path.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import { Fold } from '../../../src/core/fold.ts';
import { WORKS_ON } from '../../../src/core/task-workers.ts';

const AT = Date.parse('2026-11-21T00:00:00Z');
const TASK = 'mesh:main:task:T-1';
const nothing = (): void => undefined;

function laid(): {
  notes(key: string): string[];
  begins(key: string, agentId?: string): void;
  ends(key: string): void;
  worksOn(program: string): void;
} {
  const fold = new Fold();
  const path = new EventPath({
    clock: { now: () => AT },
    tickAt: nothing,
    fold,
    board: () => ({ apply: nothing, tick: nothing, shiftClock: nothing, interrupt: nothing }),
  });
  const tell = (event: SessionEvent): void => path.apply(event);
  const common = (sessionKey: string) => ({ sessionKey, at: AT, source: 'test' });
  const begins = (key: string, agentId = 'claude-code'): void => {
    tell({ ...common(key), type: 'session_seen', agentId, sessionId: key.slice(-4) });
    tell({ ...common(key), type: 'turn_started', trigger: { kind: 'operator' }, messageId: `${key} began` });
  };
  begins(TASK, 'mesh');
  return {
    begins,
    notes: (key) => (fold.sessionOf(key).turns.at(-1)?.notes ?? []).map(({ text }) => text),
    ends: (key) => tell({ ...common(key), type: 'message', messageId: `${key} ended`, stop: 'stop' }),
    worksOn: (program) => tell({ ...common(TASK), type: 'observed', what: WORKS_ON, facts: { taskId: 'T-1', program } }),
  };
}

it('the only session of that program at work is named in the box of the task, and names the task, until the work ends', () => {
  const { notes, begins, worksOn } = laid();
  begins('claude-code:a1b2');
  begins('codex:c3d4', 'codex');
  worksOn('claude-code');
  expect([notes(TASK), notes('claude-code:a1b2'), notes('codex:c3d4')]).toEqual([['session claude-code #a1b2'], ['works on T-1'], []]);
  worksOn('');
  expect([notes(TASK), notes('claude-code:a1b2')]).toEqual([[], []]);
});

it('a session that begins later is found; of two nobody says which it is', () => {
  const later = laid();
  later.worksOn('claude-code');
  expect(later.notes(TASK)).toEqual([]);
  later.begins('claude-code:a1b2');
  expect(later.notes(TASK)).toEqual(['session claude-code #a1b2']);

  const two = laid();
  two.begins('claude-code:a1b2');
  two.begins('claude-code:c3d4');
  two.worksOn('claude-code');
  expect([two.notes(TASK), two.notes('claude-code:a1b2')]).toEqual([[], []]);
});

it('a session whose turn has ended works on nothing', () => {
  const { notes, begins, ends, worksOn } = laid();
  begins('claude-code:a1b2');
  ends('claude-code:a1b2');
  worksOn('claude-code');
  expect(notes(TASK)).toEqual([]);
});
