// A turn whose gateway is not heard of any more: its box says so, and neither that it works nor how it ended.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Session, TurnTree } from '../../../src/core/session.ts';
import { type JudgedTree, judge } from '../../../src/core/status.ts';
import { BoardHarness, MAIN } from '../boxes/board/board-harness.ts';
import { createHarness, type Harness } from '../boxes/publish/harness.ts';
import { asked, at, called, LIMITS, said, T0, treeAt } from '../core/scenario.ts';
import { cardOf, someTree } from './random-turns.ts';

const HOUR_MS = 3_600_000;

const silentTree = (tree: TurnTree, silentSince: number, asOf: number): TurnTree => withSession(tree, { silentSince, asOf });

function withSession(tree: TurnTree, facts: Partial<Session>): TurnTree {
  const childrenByKey = Object.fromEntries(Object.entries(tree.childrenByKey).map(([key, child]) => [key, withSession(child, facts)]));
  return { ...tree, session: { ...tree.session, ...facts }, childrenByKey };
}

const statesOf = ({ status, childrenByKey }: JudgedTree): string[] => [
  `${status.state}${status.final ? ' over' : ''}`,
  ...Object.values(childrenByKey).flatMap(statesOf),
];

describe('a turn of a silent gateway', () => {
  it('is never running and never final, for however long, unless it had ended before or waits for a person', () => {
    fc.assert(
      fc.property(someTree, fc.nat(5 * HOUR_MS), fc.nat(200 * HOUR_MS), (tree, sinceMs, silentMs) => {
        const silentSince = tree.session.asOf + sinceMs;
        const before = statesOf(judge(withSession(tree, { asOf: silentSince }), LIMITS));
        const after = statesOf(judge(silentTree(tree, silentSince, silentSince + silentMs), LIMITS));
        expect(after).toEqual(before.map((state) => (state.endsWith(' over') || state === 'waiting' ? state : 'silent')));
      }),
      { numRuns: 200 },
    );
  });

  const AT_WORK = [asked(0), said(1, 'tools', 'I look'), called(2, 'c')];

  it('says for how long there is no news, and counts neither its own time nor that of its calls on', () => {
    const tree = treeAt(AT_WORK, 2);
    const card = cardOf(silentTree(tree, T0 + 42_000, T0 + 42_000 + 4 * 60_000));
    expect(card).toMatchObject({ state: 'silent', final: false, title: '[SILENT] main | 42s | no news for 4m' });
    expect(card.lines.join('\n')).toContain('I look');
    const later = cardOf(silentTree(tree, T0 + 42_000, T0 + 42_000 + HOUR_MS));
    expect(later).toEqual({ ...card, title: expect.stringContaining('no news for 1h'), fallback: later.fallback, first: later.first });
  });

  const WAITS = [asked(0), at(1, { type: 'waiting_started', waitId: 'w', on: 'approval', text: 'rm -rf build', until: T0 + HOUR_MS })];

  it('goes on waiting for a person, with the question and its time, and says that there is no news', () => {
    const card = cardOf(silentTree(treeAt(WAITS, 1), T0 + 30_000, T0 + 30_000 + 4 * 60_000));
    expect(card).toMatchObject({ state: 'waiting', final: false, title: '[WAITING] approval | main | 30s | no news for 4m' });
    expect(card.lines.join('\n')).toContain('rm -rf build');
    expect(card.urgentKey).toBe(cardOf(treeAt(WAITS, 1)).urgentKey);
  });

  it('waits no longer than anybody may answer', () => {
    const judged = judge(silentTree(treeAt(WAITS, 1), T0 + 30_000, T0 + HOUR_MS - 1), LIMITS);
    expect(judged).toMatchObject({ status: { state: 'waiting' }, holdsUntil: T0 + HOUR_MS });
    const over = judge(silentTree(treeAt(WAITS, 1), T0 + 30_000, T0 + HOUR_MS), LIMITS);
    expect(over).toMatchObject({ status: { state: 'silent', final: false }, holdsUntil: Number.POSITIVE_INFINITY });
  });
});

interface Room extends Harness {
  desk: BoardHarness;
  /** The session is told once more, as its silence says. */
  tell(silence: Pick<Session, 'silentSince'>): void;
}

function room(): Room {
  const harness = createHarness();
  const desk = new BoardHarness({ clock: harness.clock, show: (view) => harness.publisher.show(view) });
  const tell = ({ silentSince }: Pick<Session, 'silentSince'>): void => {
    const { silentSince: _before, ...session } = desk.fold.sessionOf(MAIN);
    const silence = silentSince === undefined ? {} : { silentSince };
    desk.board.apply(desk.fold.tell({ ...session, ...silence, asOf: desk.clock.now() }, 'fleet'));
  };
  return { ...harness, desk, tell };
}

describe('the box of a silent gateway', () => {
  it('is edited as rarely as any other in which nothing happens, and goes on when the gateway is back', async () => {
    const { desk, tell, server } = room();
    desk.ask();
    desk.call('build');
    await desk.pass(60);
    const silentSince = desk.clock.now();
    const silentFrom = desk.clock.monotonic();
    await desk.pass(31);
    const before = server.sent.length;
    tell({ silentSince });
    await desk.pass(61 * 60);
    const edits = server.sent.slice(before).map((sent) => Math.round((sent.at - silentFrom) / 30_000) / 2);
    expect(edits).toEqual([0.5, 1, 2, 5, 10, 20, 30, 40, 50, 60]);
    expect(desk.titles()).toEqual(['[SILENT] main | 1m | no news for 1h']);
    tell({});
    await desk.pass(5);
    expect(desk.titles()).toEqual([expect.stringMatching(/^\[ACTIVE\] main \| 1h 2m/)]);
  });
});
