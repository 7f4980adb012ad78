import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { LoopTurn } from '../../../src/files/loop-turn.ts';

const PIECE_MS = 2;

function work(): void {
  const until = performance.now() + PIECE_MS;
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
