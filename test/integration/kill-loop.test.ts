// Kills of the real process: thirty in every check, a hundred in a thorough one. `npm run torture` does a thousand and prints what it saw.

import { expect, it } from 'vitest';
import { runKillLoop } from './kill-loop.ts';
import { measureResume } from './measure-resume.ts';
import { rounds } from '../support/rounds.ts';

const KILLS = rounds({ inCheck: 30, thorough: 100 });

it(`${KILLS} kills at any point: no post twice, no end lost, no box left running`, { timeout: 600_000 }, async () => {
  const { broken, kills, duringWrites, turns, posts } = await runKillLoop({ kills: KILLS, seed: 20_260_220 });
  expect(broken).toEqual([]);
  expect(kills).toBe(KILLS);
  // The loop would prove nothing if nobody had been watching.
  expect(duringWrites).toBeGreaterThan(KILLS / 5);
  expect(posts).toBeGreaterThan(turns / 2);
});

it('a hundred open boxes are taken up again after a kill, each in its own post', { timeout: 300_000 }, async () => {
  const { broken } = await measureResume(100);
  expect(broken).toEqual([]);
});
