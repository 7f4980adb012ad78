// The whole daemon in fake time, with transcripts, a disk and a network in memory, and a stand-in server with its faults. Whatever
// happens, if it ends healthy the posts are right.
//
// `CONVERGENCE_RUNS` and `CONVERGENCE_SEED` choose a longer or another search.

import fc from 'fast-check';
import { describe, it } from 'vitest';
import { judge } from './judge.ts';
import { Play } from './play.ts';
import { story } from './story.ts';
import { rounds } from '../../support/rounds.ts';
import { settle } from '../../support/clock.ts';

const RUNS = Number(process.env['CONVERGENCE_RUNS'] ?? rounds({ inCheck: 300, thorough: 1_500 }));
const SEED = Number(process.env['CONVERGENCE_SEED'] ?? 12);

describe('convergence', () => {
  it('after any events, faults and crashes that end healthy each box has one post that says what its transcript says', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (example) => {
        const play = new Play(example);
        await settle(); // the watcher has started
        for (const step of example.steps) await play.step(step);
        await play.heal();
        judge(play);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  }, 3_600_000);
});
