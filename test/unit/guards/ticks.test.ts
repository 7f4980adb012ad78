// What the passing of time costs: nothing is looked at, judged or timed before something is due.

import { describe, expect, it } from 'vitest';
import { EventPath } from '../../../src/app/event-path.ts';
import { Fold } from '../../../src/core/fold.ts';
import type { Session } from '../../../src/core/session.ts';
import { startTicks } from '../../../src/process/tick-loop.ts';
import { FakeClock } from '../../support/clock.ts';
import { BoardHarness } from '../boxes/board/board-harness.ts';

const BOXES = 20;
const key = (index: number): string => `agent:a${index}:main`;

/** Counts how often a session is looked up. */
function countLooks(desk: BoardHarness): () => number {
  const sessions = desk.fold.sessionsByKey as Map<string, Session>; // the fold's own map: looked up by whoever judges a box
  const get = sessions.get.bind(sessions);
  let looks = 0;
  sessions.get = (name) => {
    looks += 1;
    return get(name);
  };
  return () => looks;
}

async function busyDesk(boxes = BOXES): Promise<BoardHarness> {
  const desk = new BoardHarness({ maxBoxes: 0, policy: { openAfterMs: 0 } });
  for (let index = 0; index < boxes; index++) {
    desk.ask(key(index));
    desk.call('build', key(index));
  }
  await desk.pass(1);
  return desk;
}

describe('time that passes without events', () => {
  it('makes nobody look at a box before one is due', async () => {
    const desk = await busyDesk();
    const looks = countLooks(desk);
    await desk.pass(28);
    expect(looks()).toBe(0);
    expect(desk.asked.at(-1)).toBeGreaterThan(desk.clock.now());
  });

  it('draws twenty boxes in which nothing happens four times a minute in all, each in its turn', async () => {
    const desk = await busyDesk();
    await desk.pass(25);
    const since = (from: number): number => desk.views.length - from;
    for (let minute = 0; minute < 10; minute++) {
      const before = desk.views.length;
      await desk.pass(60);
      expect(since(before)).toBeLessThanOrEqual(4);
    }
    const seen = new Set(desk.views.slice(BOXES).map(({ boxId }) => boxId));
    expect(seen.size).toBe(BOXES);
  });

  it('draws each of many boxes within ten minutes all the same', async () => {
    const desk = await busyDesk(100);
    const before = desk.views.length;
    await desk.pass(11 * 60);
    const times = Map.groupBy(desk.views.slice(before), ({ boxId }) => boxId);
    expect(times.size).toBe(100);
  });

  it('asks for a tick when the next box may change', async () => {
    const desk = new BoardHarness({ policy: { openAfterMs: 2_000 } });
    const began = desk.clock.now();
    desk.ask();
    await desk.clock.advance(1);
    expect(desk.asked.at(-1)).toBe(began + 2_000);
    await desk.clock.advance(1_999);
    desk.path.tick();
    await desk.clock.advance(1);
    expect(desk.views).toHaveLength(1);
    await desk.pass(2);
    expect(desk.asked.at(-1)).toBe(began + 30_000);
  });
});

describe('an event of one of a thousand sessions', () => {
  it('makes nobody look at the others, and draws one box', async () => {
    const desk = await busyDesk(1_000);
    const looks = countLooks(desk);
    const drawn = desk.views.length;
    desk.call('next', key(7));
    await desk.clock.advance(1);
    expect(looks()).toBeLessThan(10);
    expect(desk.views.length - drawn).toBe(1);
  });
});

describe('the one timer of the daemon', () => {
  it('fires every two seconds while nothing is due, and when a tick was asked for', async () => {
    const clock = new FakeClock();
    const ticksAt: number[] = [];
    const began = clock.now();
    const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    const ticks = startTicks({ clock, log, tick: () => ticksAt.push(clock.now() - began), shiftClock: () => {}, afterTick: () => {} });
    await clock.advance(10_000);
    expect(ticksAt).toEqual([0, 2_000, 4_000, 6_000, 8_000, 10_000]);
    ticks.tickAt(began + 10_700);
    ticks.tickAt(began + 11_500);
    await clock.advance(1_000);
    expect(ticksAt.slice(6)).toEqual([10_700]);
    for (let asked = 0; asked < 1_000; asked++) ticks.tickAt(clock.now());
    expect(clock.pending()).toBe(1);
    await clock.advance(1_000);
    expect(ticksAt.slice(7)).toEqual([11_200]);
    ticks.stop();
    expect(clock.pending()).toBe(0);
  });

  it('is not asked for by events of sessions that need no parent', () => {
    const fold = new Fold();
    const asked: number[] = [];
    const board = { apply: () => {}, tick: () => {}, shiftClock: () => {}, interrupt: () => {} };
    const path = new EventPath({
      clock: new FakeClock(),
      fold,
      tickAt: (instant) => void (Number.isFinite(instant) && asked.push(instant)),
      board: () => board,
    });
    path.tick();
    const common = { source: 'transcripts', sessionKey: 'agent:main:main', at: 1 } as const;
    path.apply({ ...common, type: 'session_seen', agentId: 'main' });
    path.apply({ ...common, type: 'turn_started', trigger: { kind: 'person' } });
    expect(asked).toEqual([]);
  });
});
