// Who waits for whom, and how a wait ended: what boxes, calls, boards and the ledger are told.

import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/core/event.ts';
import { Fold } from '../../../src/core/fold.ts';
import { endedWaits, waitsOf } from '../../../src/core/waiting.ts';
import { answered, asked, at, called, fold, MAIN, T0 } from './scenario.ts';

const UNTIL = T0 + 60_000;
const HOW = { who: 'operators', copy: ['@bot /approve 49b6f438 allow-once'], link: 'https://ui.example/approve/49b6f438' };
const waits = (seconds: number, more: object = {}): SessionEvent =>
  at(seconds, { type: 'waiting_started', waitId: 'w', on: 'approval', text: 'make all', until: UNTIL, ...more });
const turn = [asked(0), called(1, 'c'), waits(2, { callId: 'c', ...HOW })];

/** The waits that the last of these events ended. */
function endedBy(...events: SessionEvent[]) {
  const all = new Fold();
  return events.map((event) => endedWaits(all.apply(event))).at(-1);
}

describe('the waits of a session', () => {
  it('say what, since and until when, who may answer, what to copy and where, and which box shows it', () => {
    const session = fold(turn).get(MAIN);
    if (session === undefined) throw new Error('no session');
    const boxId = session.turns[0]?.boxId;
    expect(waitsOf(session)).toEqual([{ waitId: 'w', boxId, on: 'approval', text: 'make all', since: T0 + 2_000, until: UNTIL, ...HOW }]);
  });

  it('have lasted since they were told first; one of the same name after its time is another one', () => {
    const sinceOf = (...events: SessionEvent[]) => [...fold([...turn, ...events]).values()].flatMap(waitsOf).map(({ since }) => since - T0);
    expect(sinceOf(waits(10))).toEqual([2_000]);
    expect(sinceOf(waits(90, { until: T0 + 120_000 }))).toEqual([90_000]);
  });

  it('are none after the answer, after the call and after the time', () => {
    const over = [
      [...turn, at(3, { type: 'waiting_ended', waitId: 'w' })],
      [...turn, answered(3, 'c')],
      [...turn, at(60, { type: 'clock_ticked' })],
    ];
    for (const events of over) expect([...fold(events).values()].flatMap(waitsOf)).toEqual([]);
  });
});

describe('the end of a wait', () => {
  const ended = (outcome?: 'denied' | 'allowed_once', by?: string) =>
    at(3, { type: 'waiting_ended', waitId: 'w', ...(outcome === undefined ? {} : { outcome }), ...(by === undefined ? {} : { by }) });

  it.each([
    ['as its source tells it', ended('denied'), { outcome: 'denied' }],
    ['with who answered', ended('allowed_once', '@alice'), { outcome: 'allowed_once', by: '@alice' }],
    ['as answered, where nobody tells how', ended(), { outcome: 'answered' }],
    ['as answered, where only its call ended', answered(3, 'c'), { outcome: 'answered' }],
    ['as expired, by the clock', at(60, { type: 'clock_ticked' }), { outcome: 'expired' }],
    ['with its run', at(3, { type: 'run_ended', outcome: 'aborted' }), { outcome: 'ended' }],
  ] as const)('is told %s', (_how, event, expected) => {
    expect(endedBy(...turn, event)).toEqual([expect.objectContaining({ waitId: 'w', text: 'make all', at: event.at, ...expected })]);
  });

  it('is told once', () => {
    expect(endedBy(...turn, ended('denied'), ended('denied', '@alice'))).toEqual([]);
  });

  it('is none when the clock is set', () => {
    expect(endedBy(...turn, at(3, { type: 'clock_jumped', byMs: 3_600_000 }))).toEqual([]);
  });
});
