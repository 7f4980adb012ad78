// What a board takes over from the one before it, and what it says when it stops.

import { describe, expect, it } from 'vitest';
import type { Placement } from '../../../../src/boxes/board/box-entry.ts';
import { BoardHarness, type BoardHarnessOptions } from './board-harness.ts';

/** A desk after a restart: what the old board remembered, at the same clock. Its sources still read what happened meanwhile. */
function restored(old: BoardHarness, options: BoardHarnessOptions = {}): BoardHarness {
  const desk = new BoardHarness({ ...options, clock: old.clock, isCatchingUp: true });
  for (const session of old.fold.sessionsByKey.values()) desk.fold.restore(structuredClone(session), old.clock.now());
  desk.board.restore(structuredClone(old.board.entries()));
  return desk;
}

/** The same where nothing happened meanwhile. */
function takeOver(old: BoardHarness, options: BoardHarnessOptions = {}): BoardHarness {
  const desk = restored(old, options);
  desk.board.caughtUp();
  return desk;
}

const PATIENT = { policy: { openAfterMs: 5_000 } };

/** A turn that is too young for a box. */
async function young(): Promise<BoardHarness> {
  const desk = await working(PATIENT);
  expect(desk.titles()).toEqual([]);
  return desk;
}

function finish(desk: BoardHarness): void {
  desk.answer('c');
  desk.tell({ type: 'message', messageId: 'the last one', stop: 'stop', text: 'Done.' });
}

const nowhere = (): Promise<Placement> => new Promise(() => undefined);

async function working(options: BoardHarnessOptions = {}): Promise<BoardHarness> {
  const desk = new BoardHarness({ policy: { openAfterMs: 0 }, ...options });
  desk.ask();
  desk.call('c');
  await desk.pass(3);
  return desk;
}

describe('a stop', () => {
  it('says of every running box that nobody watches it any more, and of no other', async () => {
    const desk = await working();
    desk.ask('agent:done:main');
    desk.say('stop', 'Done.', 'agent:done:main');
    await desk.pass(3);
    desk.path.interrupt();
    expect(desk.titles()).toEqual([
      expect.stringContaining('[INTERRUPTED] watcher stopped | main | 6s'),
      expect.stringContaining('[DONE] done'),
    ]);
  });
});

describe('the next start', () => {
  it('believes signs of life of before for half a minute: who showed them may have gone while nobody looked', async () => {
    const old = await working();
    old.tell({ type: 'busy_seen', until: old.clock.now() + 30 * 60_000, isRun: true });
    const desk = takeOver(old);
    finish(desk);
    await desk.pass(29);
    expect(desk.titles()).toEqual([expect.stringMatching(/^\[ACTIVE\] main/)]);
    await desk.pass(10);
    expect(desk.titles()).toEqual([expect.stringMatching(/^\[DONE\] main/)]);
  });

  it('takes an interrupted box up again under its id', async () => {
    const old = await working();
    old.path.interrupt();
    const desk = takeOver(old);
    await desk.pass(1);
    expect(desk.titles()).toEqual([expect.stringMatching(/^\[ACTIVE\] main/)]);
    expect(desk.views[0]?.boxId).toBe(old.views[0]?.boxId);
  });

  it('gives an interrupted box its end when that came while nobody watched', async () => {
    const old = await working();
    old.path.interrupt();
    await old.clock.advance(60_000);
    const desk = restored(old);
    finish(desk);
    desk.board.caughtUp();
    await desk.pass(1);
    expect(desk.titles()).toEqual([expect.stringMatching(/^\[DONE\] main \| 1m/)]);
  });

  it('opens no second box for a turn that has one, and asks for no second place', async () => {
    const old = await working();
    let places = 0;
    const desk = takeOver(old, { place: async () => ((places += 1), { target: { channelId: 'other' } }) });
    await desk.pass(60);
    expect(new Set(desk.views.map(({ target }) => target.channelId))).toEqual(new Set(['town']));
    expect(places).toBe(0);
  });

  it('still opens a box that was waiting for its place when the process died, though its turn is over by now', async () => {
    const old = await working({ place: nowhere });
    old.answer('c');
    old.say('stop', 'Done.');
    await old.pass(5);
    expect(old.titles()).toEqual([]);
    const desk = takeOver(old);
    await desk.pass(1);
    expect(desk.titles()).toEqual([expect.stringContaining('[DONE] main')]);
  });

  it('shows the end of a turn that was too young for a box when the process died, where it lasted long enough', async () => {
    const old = await young();
    await old.clock.advance(60_000);
    const desk = restored(old, PATIENT);
    finish(desk);
    desk.board.caughtUp();
    await desk.pass(1);
    expect(desk.titles()).toEqual([expect.stringMatching(/^\[DONE\] main \| 1m/)]);
  });

  it('shows nothing of one that ended as young, nor of one that began and ended while nobody watched', async () => {
    const old = await young();
    const desk = restored(old, PATIENT);
    finish(desk);
    desk.tell({ type: 'turn_started', trigger: { kind: 'person' }, messageId: 'began' }, 'agent:other:main');
    await desk.clock.advance(60_000);
    desk.tell({ type: 'message', messageId: 'ended', stop: 'stop', text: 'Done.' }, 'agent:other:main');
    desk.board.caughtUp();
    await desk.pass(30);
    expect(desk.titles()).toEqual([]);
  });

  it('leaves a box where a post of it was found while its place was looked for, when that is its own channel', async () => {
    const { promise, resolve } = Promise.withResolvers<Placement>();
    const desk = new BoardHarness({ policy: { openAfterMs: 0 }, place: () => promise });
    desk.tell({ type: 'session_seen', agentId: 'main', route: { kind: 'channel', channelId: 'town' } });
    desk.ask();
    desk.call('c');
    await desk.pass(3);
    desk.board.claim(desk.board.entries()[0]?.boxId ?? '', { channelId: 'town' });
    resolve({ target: { channelId: 'other' } });
    await desk.pass(5);
    expect(desk.board.entries()).toMatchObject([{ target: { channelId: 'town' } }]);
  });

  it('keeps a refused box refused', async () => {
    const old = await working({ place: async () => ({ refused: 'not in CHANNELS' }) });
    const desk = takeOver(old);
    await desk.pass(5);
    expect(desk.titles()).toEqual([]);
    expect(desk.board.rows()[0]?.why).toBe('not in CHANNELS');
  });
});

describe('the first look at what was before the start', () => {
  it('lets time pass once in each session, however many turns that has', () => {
    const desk = new BoardHarness({ isCatchingUp: true });
    for (const sessionKey of ['agent:main:main', 'agent:other:main'])
      for (let turn = 0; turn < 50; turn += 1) {
        desk.ask(sessionKey);
        desk.say('stop', 'Done.', sessionKey);
      }
    const passed: string[] = [];
    const apply = desk.path.apply.bind(desk.path);
    desk.path.apply = (event) => {
      if (event.type === 'clock_ticked') passed.push(event.sessionKey);
      apply(event);
    };
    desk.board.caughtUp();
    expect(desk.board.entries().length).toBe(100);
    expect(passed.toSorted()).toEqual(['agent:main:main', 'agent:other:main']);
  });
});
