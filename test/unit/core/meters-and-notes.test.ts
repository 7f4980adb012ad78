// Meters, notes, waits for a review or at a gate, and the ends that only swarms have.

import { describe, expect, it } from 'vitest';
import { shiftSession } from '../../../src/core/clock-shift.ts';
import type { SessionEvent, Severity } from '../../../src/core/event.ts';
import { Fold } from '../../../src/core/fold.ts';
import type { Session, Turn } from '../../../src/core/session.ts';
import { patched, patchOf } from '../../../src/store/patch.ts';
import { introduction } from './introduced.ts';
import { asked, at, fold, MAIN, stateAt, T0, treeAt } from './scenario.ts';

const meter = (seconds: number, name: string, used: number, of?: number): SessionEvent =>
  at(seconds, { type: 'meter_changed', name, used, ...(of === undefined ? {} : { of }) });
const noted = (seconds: number, noteId: string, text = noteId, severity: Severity = 'info'): SessionEvent =>
  at(seconds, { type: 'noted', noteId, text, severity });
const turnAfter = (events: readonly SessionEvent[]): Turn => treeAt(events, 60).turn;
const sessionAfter = (events: readonly SessionEvent[]): Session => treeAt(events, 60).session;

describe('a meter', () => {
  it('has its newest value, at the place of its first one', () => {
    const { meters } = turnAfter([asked(0), meter(1, 'Budget', 10, 100), meter(2, 'Time', 3), meter(3, 'Budget', 72, 100)]);
    expect(meters).toEqual([
      { name: 'Budget', used: 72, of: 100 },
      { name: 'Time', used: 3 },
    ]);
  });

  it('may lose its limit', () => {
    expect(turnAfter([asked(0), meter(1, 'Budget', 10, 100), meter(2, 'Budget', 10)]).meters).toEqual([{ name: 'Budget', used: 10 }]);
  });

  it('is one of the eight newest', () => {
    const { meters = [] } = turnAfter([asked(0), ...Array.from({ length: 30 }, (_, index) => meter(1, `m${index}`, index))]);
    expect(meters.map(({ name }) => name)).toEqual(['m22', 'm23', 'm24', 'm25', 'm26', 'm27', 'm28', 'm29']);
  });
});

describe('a note', () => {
  it('is replaced where it stands by the next one of its id, and taken back', () => {
    const events = [asked(0), noted(1, 'a'), noted(2, 'b'), noted(3, 'a', 'again', 'critical')];
    expect(turnAfter(events).notes).toEqual([
      { noteId: 'a', text: 'again', severity: 'critical' },
      { noteId: 'b', text: 'b', severity: 'info' },
    ]);
    expect(turnAfter([...events, at(4, { type: 'note_removed', noteId: 'a' })]).notes?.map(({ noteId }) => noteId)).toEqual(['b']);
  });

  it('is one of the twelve newest, and what matters stays longest', () => {
    const many = Array.from({ length: 30 }, (_, index) => noted(1, `n${index}`));
    const { notes = [] } = turnAfter([asked(0), noted(0, 'bad', 'bad', 'critical'), ...many]);
    expect(notes.map(({ noteId }) => noteId)).toEqual(['bad', ...Array.from({ length: 11 }, (_, index) => `n${index + 19}`)]);
  });

  it('of ten megabytes is kept short', () => {
    const { notes = [] } = turnAfter([asked(0), noted(1, 'x'.repeat(5e6), 'y'.repeat(5e6))]);
    expect(JSON.stringify(notes).length).toBeLessThan(3_000);
  });

  it('that is dated when it began to be true is no activity', () => {
    expect(turnAfter([asked(0), noted(40, 'a')]).lastEventAt).toBe(T0 + 40_000);
    expect(turnAfter([asked(0), meter(9, 'm', 1), noted(5, 'silent')]).lastEventAt).toBe(T0 + 9_000);
  });
});

describe('meters and notes', () => {
  it('begin no turn, and reopen none', () => {
    expect(fold([meter(1, 'm', 1), noted(1, 'a')]).get(MAIN)?.turns).toEqual([]);
    const ended = at(2, { type: 'run_ended', outcome: 'done' });
    expect(stateAt([asked(0), ended, meter(3, 'm', 1), noted(3, 'a')], 4)).toBe('done.');
    expect(turnAfter([asked(0), ended, meter(3, 'm', 1)]).meters).toHaveLength(1);
  });

  it('change nothing when they come again', () => {
    const events = [asked(0), meter(1, 'm', 1, 2), noted(1, 'a')];
    expect(turnAfter([...events, ...events])).toEqual(turnAfter(events));
  });

  it('are stored and restored with their turn, and so is what changed in them', () => {
    const waits = at(1, {
      type: 'waiting_started',
      waitId: 'w',
      on: 'gate',
      who: 'anybody',
      copy: ['one', 'two'],
      link: 'https://x.invalid',
    });
    const before = sessionAfter([asked(0), meter(1, 'm', 1, 2), noted(1, 'a')]);
    const after = sessionAfter([asked(0), meter(1, 'm', 2, 2), noted(1, 'a', 'b', 'warning'), noted(1, 'c'), waits]);
    const stored: unknown = JSON.parse(JSON.stringify(patchOf(before, after)));
    expect(patched(JSON.parse(JSON.stringify(before)), stored)).toEqual(JSON.parse(JSON.stringify(after)));
  });
});

describe('a wait', () => {
  const waits = (seconds: number, on: 'review' | 'gate'): SessionEvent => at(seconds, { type: 'waiting_started', waitId: 'w', on });

  it.each(['review', 'gate'] as const)('for a %s is a wait like others', (on) => {
    expect(stateAt([asked(0), waits(1, on)], 900)).toBe('waiting');
    expect(stateAt([asked(0), waits(1, on), at(2, { type: 'waiting_ended', waitId: 'w', outcome: 'denied', by: 'Ann' })], 3)).toBe(
      'active',
    );
  });

  it('knows since when, however often it is told, and a jump of the clock changes nothing in that', () => {
    const session = sessionAfter([asked(0), waits(5, 'gate'), waits(9, 'gate')]);
    expect(session.turns[0]?.waiting[0]?.since).toBe(T0 + 5_000);
    expect(shiftSession(session, 7_000).turns[0]?.waiting[0]?.since).toBe(T0 + 12_000);
  });

  it('has a line to copy for each decision, and not thousands', () => {
    const many = at(1, { type: 'waiting_started', waitId: 'w', on: 'approval', copy: Array.from({ length: 1_000 }, () => 'x') });
    expect(turnAfter([asked(0), many]).waiting[0]?.copy).toHaveLength(8);
  });
});

describe('an end', () => {
  it.each(['released', 'cancelled', 'rejected', 'stopped'] as const)(
    'by a decision (%s) is final, whatever still shows life',
    (outcome) => {
      const busy = at(1, { type: 'busy_seen', until: T0 + 100_000 });
      const events = [asked(0), busy, at(2, { type: 'run_ended', outcome, reason: 'budget' })];
      expect(stateAt(events, 3)).toBe(`${outcome}.`);
      expect(stateAt([...events, at(5, { type: 'run_started', runId: 'next' })], 6)).toBe('active');
    },
  );
});

describe('what a source observed for the rules', () => {
  const observed = (sessionKey: string): SessionEvent =>
    at(9, { type: 'observed', what: 'secret', facts: { value: 'canary-value' } }, sessionKey);

  it('is handed on with its session as it is, and is in no state', () => {
    const sessions = new Fold();
    sessions.apply(introduction(MAIN));
    const { after } = sessions.apply(asked(0));
    const change = sessions.apply(observed(MAIN));
    expect(change).toEqual({ event: observed(MAIN), before: after, after, roots: [] });
    expect(sessions.sessionsByKey.get(MAIN)).toBe(after);
  });

  it('makes no session known', () => {
    const sessions = new Fold();
    sessions.apply(observed('nobody'));
    expect(sessions.sessionsByKey.size).toBe(0);
  });
});
