// A board with the daemon's watch over the clock, on a clock that can be set and a machine that can sleep.

import { Counters } from '../../../../src/health/counters.ts';
import { describe, expect, it } from 'vitest';
import { EventPath } from '../../../../src/app/event-path.ts';
import { Fold } from '../../../../src/core/fold.ts';
import { drawn } from '../../../../src/boxes/publish/drawing.ts';
import { Board } from '../../../../src/boxes/board/board.ts';
import type { Sketch } from '../../../../src/core/card.ts';
import type { SessionEvent } from '../../../../src/core/event.ts';
import { watchClock } from '../../../../src/process/clock-watch.ts';
import { FakeClock } from '../../../support/clock.ts';

const KEY = 'agent:main:mattermost:channel:town';
const TICK_MS = 500;
const MINUTE_S = 60;
const HOUR_MS = 3_600_000;
const IDLE_MINUTES = 2;
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

class Desk {
  readonly #base = new FakeClock();
  #setMs = 0;
  #sleptMs = 0;
  readonly titles: string[] = [];
  readonly forgotten: string[] = [];
  /** The sessions whose boxes were drawn. */
  readonly drawn = new Set<string>();
  readonly #clock = {
    now: () => this.#base.now() + this.#setMs + this.#sleptMs,
    monotonic: () => this.#base.monotonic(),
    after: this.#base.after.bind(this.#base),
  };
  readonly #watch = watchClock(this.#clock, TICK_MS, false);
  readonly #fold = new Fold();
  readonly #board: Board = new Board(
    {
      clock: this.#clock,
      sessions: this.#fold.sessionsByKey,
      emit: (event) => this.#path.apply(event),
      tickAt: () => {},
      log: quiet,
      meter: new Counters(),
      sketch: (tree): Sketch => {
        const { state, final } = tree.status;
        this.drawn.add(tree.session.key);
        const title = `${state} after ${Math.round((tree.session.asOf - tree.turn.startedAt) / 1_000)} s`;
        const head = { final, urgentKey: state };
        return { head, draw: () => ({ ...head, state, title, color: '', lines: [], droppedLines: 0, fallback: '' }) };
      },
      show: (view) => void this.titles.push(drawn(view).card.title),
      hurry: () => undefined,
      place: async () => ({ target: { channelId: 'town' } }),
      forget: ({ boxId }) => void this.forgotten.push(boxId),
    },
    {
      limits: { idleTimeoutMs: IDLE_MINUTES * MINUTE_S * 1_000, maxDurationMs: 30 * HOUR_MS },
      policy: { openAfterMs: 0, schedule: 'failures', allowsAgent: () => true },
      maxBoxes: 1,
    },
  );

  readonly #path = new EventPath({ tickAt: () => {}, clock: this.#clock, fold: this.#fold, board: () => this.#board });

  constructor() {
    this.#board.caughtUp();
  }

  /** The wall clock is set: the steady one does not notice. */
  set(byMs: number): void {
    this.#setMs += byMs;
  }

  sleep(ms: number): void {
    this.#sleptMs += ms;
  }

  /** Nothing runs in this process; others go on. */
  async standStill(seconds: number): Promise<void> {
    await this.#base.advance(seconds * 1_000);
  }

  tell(event: { type: 'turn_started' } | { type: 'message'; stop: 'tools' | 'stop' }, { secondsAgo = 0, sessionKey = KEY } = {}): void {
    this.#noteJump();
    const at = this.#clock.now() - secondsAgo * 1_000;
    const common = { sessionKey, at, source: 'transcripts' } as const;
    const id = `m${at}-${this.titles.length}-${sessionKey}`;
    const told: SessionEvent =
      event.type === 'message'
        ? { ...common, ...event, messageId: id, text: 'text' }
        : { ...common, ...event, trigger: { kind: 'person' }, messageId: id };
    this.#path.apply(told);
  }

  async pass(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds * 1_000; passed += TICK_MS) {
      await this.#base.advance(TICK_MS);
      this.#noteJump();
      if (!this.#watch.isBehind()) this.#path.tick();
    }
    await this.#base.advance(1);
  }

  #noteJump(): void {
    const byMs = this.#watch.jumpedBy();
    if (byMs !== 0) this.#path.shiftClock(byMs);
  }
}

async function atWork(): Promise<Desk> {
  const desk = new Desk();
  desk.tell({ type: 'turn_started' });
  desk.tell({ type: 'message', stop: 'tools' });
  await desk.pass(20);
  return desk;
}

describe.each([
  ['the machine slept for an hour', (desk: Desk) => desk.sleep(HOUR_MS)],
  ['the clock was set an hour ahead', (desk: Desk) => desk.set(HOUR_MS)],
  ['the clock was set an hour back', (desk: Desk) => desk.set(-HOUR_MS)],
  ['the clock was set ahead, back and ahead again', (desk: Desk) => (desk.set(HOUR_MS), desk.set(-2 * HOUR_MS), desk.set(3 * HOUR_MS))],
])('after %s', (_name, jump) => {
  it('a silent turn is not declared over, and its time is what it worked', async () => {
    const desk = await atWork();
    jump(desk);
    await desk.pass(5);
    expect(desk.titles.at(-1)).toMatch(/^active/);
    await desk.pass(7);
    expect(desk.titles.at(-1)).toMatch(/^quiet after 3[012] s$/);
  });

  it('the silence that is still to come ends it, no sooner and no later than without', async () => {
    const desk = await atWork();
    jump(desk);
    await desk.pass(IDLE_MINUTES * MINUTE_S - 25);
    expect(desk.titles.at(-1)).toMatch(/^quiet/);
    await desk.pass(10);
    expect(desk.titles.at(-1)).toMatch(/^done_unseen/);
  });

  it('an event that comes before the next tick counts once', async () => {
    const desk = await atWork();
    jump(desk);
    desk.tell({ type: 'message', stop: 'tools' });
    await desk.pass(32);
    expect(desk.titles.at(-1)).toMatch(/^quiet after 5[012] s$/);
    await desk.pass(IDLE_MINUTES * MINUTE_S);
    expect(desk.titles.at(-1)).toMatch(/^done_unseen/);
  });

  it('the box that has waited longest is the next to be shown', async () => {
    const desk = await atWork();
    const begin = (sessionKey: string): void => {
      desk.tell({ type: 'turn_started' }, { sessionKey });
      desk.tell({ type: 'message', stop: 'tools' }, { sessionKey });
    };
    begin('agent:first:main');
    await desk.pass(1);
    jump(desk);
    begin('agent:second:main');
    await desk.pass(1);
    desk.tell({ type: 'message', stop: 'stop' });
    await desk.pass(1);
    expect([...desk.drawn]).toEqual([KEY, 'agent:first:main']);
  });

  it('a finished box is kept for late results as long as ever', async () => {
    const desk = await atWork();
    desk.tell({ type: 'message', stop: 'stop' });
    await desk.pass(MINUTE_S);
    jump(desk);
    await desk.pass(13 * MINUTE_S);
    expect(desk.forgotten).toEqual([]);
    await desk.pass(2 * MINUTE_S);
    expect(desk.forgotten).toHaveLength(1);
  });
});

describe('after the process stood still for longer than a turn may be silent', () => {
  it('a turn that went on is not declared over, and its time is all of it', async () => {
    const desk = await atWork();
    await desk.standStill(5 * MINUTE_S);
    await desk.pass(4);
    const before = desk.titles.length;
    desk.tell({ type: 'message', stop: 'tools' }, { secondsAgo: 10 });
    await desk.pass(10);
    expect(desk.titles.slice(before - 1).filter((title) => !title.startsWith('active'))).toEqual([]);
    expect(desk.titles.at(-1)).toMatch(/^active after 3[123]\d s$/);
  });

  it('a turn that did not is declared over as soon as that is sure', async () => {
    const desk = await atWork();
    await desk.standStill(5 * MINUTE_S);
    await desk.pass(10);
    expect(desk.titles.at(-1)).toMatch(/^done_unseen/);
  });
});
