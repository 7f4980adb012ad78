import { createHook } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { LoopTurn } from '../../../src/files/loop-turn.ts';

const PIECE_MS = 2;

function work(ms = PIECE_MS): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('work that many begin at once is done over many turns of the event loop, all of it', async () => {
  const turn = new LoopTurn();
  const done: number[] = [];
  let mostInOneTurn = 0;
  const all = Promise.all(Array.from({ length: 60 }, (_, piece) => turn.run(() => void (work(), done.push(piece)))));
  for (let before = 0; done.length < 60; before = done.length) {
    await nextTurn();
    mostInOneTurn = Math.max(mostInOneTurn, done.length - before);
  }
  await all;
  expect(mostInOneTurn).toBeLessThanOrEqual(6); // two slices: what was begun before the loop turned, and what waited for it
});

it('work that comes alone does not wait', async () => {
  const turn = new LoopTurn();
  let hasTurned = false;
  setImmediate(() => (hasTurned = true));
  await turn.run(() => undefined);
  expect(hasTurned).toBe(false);
});

it('two thousand that wait cost a few callbacks each, however long they wait', async () => {
  const turn = new LoopTurn();
  let callbacks = 0;
  const hook = createHook({ init: (_id, type) => void (type === 'Immediate' && (callbacks += 1)) }).enable();
  await Promise.all([turn.run(() => work(20)), ...Array.from({ length: 2_000 }, () => turn.run(() => work(0.1)))]);
  hook.disable();
  expect(callbacks).toBeLessThanOrEqual(20_000);
});

it('what waits is done in the order in which it came', async () => {
  const turn = new LoopTurn();
  const done: number[] = [];
  await Promise.all(Array.from({ length: 100 }, (_, piece) => turn.run(() => void (work(1), done.push(piece)))));
  expect(done).toEqual(Array.from({ length: 100 }, (_, piece) => piece));
});
