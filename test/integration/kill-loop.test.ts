// A hundred kills of the real process. `npm run torture` does a thousand and prints what it saw.

import { expect, it } from 'vitest';
import { runKillLoop } from './kill-loop.ts';
import { measureResume } from './resume.ts';

it('a hundred kills at any point: no post twice, no end lost, no box left running', { timeout: 600_000 }, async () => {
  const { broken, kills, duringWrites, turns, posts } = await runKillLoop({ kills: 100, seed: 20_260_220 });
  expect(broken).toEqual([]);
  expect(kills).toBe(100);
  // The loop would prove nothing if nobody had been watching.
  expect(duringWrites).toBeGreaterThan(20);
  expect(posts).toBeGreaterThan(turns / 2);
});

it('a hundred open boxes are taken up again after a kill, each in its own post', { timeout: 300_000 }, async () => {
  const { broken } = await measureResume(100);
  expect(broken).toEqual([]);
});
