// What a publisher keeps of what it is told, and for how long.

import { expect, it } from 'vitest';
import { ToldRecords } from '../../../src/app/told-records.ts';
import type { Session } from '../../../src/core/session.ts';
import { sessionsOf } from '../../../src/fleet/keys-of-gateway.ts';
import type { TurnRecord } from '../../../src/fleet/turn-record.ts';
import { FakeClock } from '../../support/clock.ts';
import { BoardHarness } from '../boxes/board/board-harness.ts';
import { asked, CHILD, called, LIMITS, said, T0, treeAt } from '../core/scenario.ts';
import { introduced } from '../core/introduced.ts';
import { recordFor } from './random-turns.ts';

function publisher() {
  const harness = new BoardHarness({ clock: new FakeClock(T0 + 10_000) });
  const { fold, path, clock, board } = harness;
  const host = {
    sessions: () => fold.sessionsByKey,
    tell: (session: Session, source: string) => path.tell(session, source),
    untell: (key: string) => fold.untell(key),
  };
  const told = new ToldRecords(host, LIMITS, 'fleet');
  const take = (record: TurnRecord): Promise<void> => {
    told.take(sessionsOf(record));
    return clock.advance(1_000);
  };
  return { harness, fold, clock, board, take };
}

const DONE = recordFor(treeAt([asked(0), said(5, 'tools'), said(10, 'stop', 'that is all')], 10));
const AT_WORK = recordFor(treeAt([asked(0), said(5, 'tools'), called(6, 'c')], 10));

async function shownAndForgotten() {
  const { harness, ...rest } = publisher();
  const { clock, board, take } = rest;
  await take(AT_WORK);
  await take(DONE);
  for (let minute = 0; minute < 20; minute += 1) {
    await clock.advance(60_000);
    board.tick();
  }
  await clock.advance(1_000);
  return { harness, ...rest };
}

it('a turn that is over and forgotten gets no second box when its machine wakes up and tells it again', async () => {
  const { harness, take } = await shownAndForgotten();
  expect(harness.forgotten).toHaveLength(1);
  const shown = harness.views.length;
  expect(shown).toBeGreaterThan(0);
  await take({ ...DONE, seq: DONE.seq + 1 });
  expect(harness.views).toHaveLength(shown);
  expect(harness.board.entries()).toHaveLength(0);
  await take({ ...AT_WORK, seq: DONE.seq + 2 });
  expect(harness.board.entries()).toHaveLength(1); // unless it goes on
});

it('nothing is left of sessions whose boxes are forgotten', async () => {
  const { fold } = await shownAndForgotten();
  expect(fold.sessionsByKey.size).toBe(0);
});

it('sub-agents that the newest record of a box does not tell any more are gone, however many there were', async () => {
  const { fold, take } = publisher();
  const [root] = AT_WORK.sessions;
  const child = (n: number): Session => ({
    ...introduced(`${CHILD}-${n}`),
    turns: root.turns.map((turn) => ({ ...turn, boxId: `child${n}` })),
  });
  for (let n = 0; n < 500; n += 1) await take({ ...AT_WORK, seq: n, sessions: [root, child(n), child(n + 1)] });
  expect(fold.sessionsByKey.size).toBe(3);
});
