// The judge of the torture of a fleet notices what it is there for.

import { expect, it } from 'vitest';
import { FleetJudge } from '../../swarms/fleet-judge.ts';

function judged(...states: [post: string, box: string, text: string, event?: 'post_deleted'][]): FleetJudge {
  const judge = new FleetJudge();
  const known = new Set<string>();
  for (const [postId, box, text, deleted] of states) {
    const event = deleted ?? (known.has(postId) ? 'post_edited' : 'posted');
    known.add(postId);
    judge.take({ at: 0, who: 'p', event, postId, own: { gateway: 'g', box }, title: '', text });
  }
  return judge;
}

it('a post that goes on and ends is right', () => {
  const judge = judged(['1', 'a', 'step 1 of g0s1n1x'], ['1', 'a', 'step 1 of g0s1n1x\nstep 2 of g0s1n1x'], ['1', 'a', 'finished g0s1n1x']);
  expect(judge.broken).toEqual([]);
  expect([judge.posts, judge.edits, judge.saysEndOf('g0s1n1x'), judge.saysEndOf('g0s1n2x')]).toEqual([1, 2, true, false]);
});

it('a post that shows less than it did before is wrong, and so is one that runs again after its end', () => {
  expect(judged(['1', 'a', 'step 10 of g0s1n1x'], ['1', 'a', 'step 9 of g0s1n1x']).broken).toEqual([
    expect.stringContaining('went back from step 10 to step 9'),
  ]);
  expect(judged(['1', 'a', 'finished g0s1n1x'], ['1', 'a', 'step 9 of g0s1n1x']).broken).toEqual([
    expect.stringContaining('went back from its end to step 9'),
  ]);
});

it('a second post of a box or of a turn, a post that speaks of two turns, and a deleted one are wrong', () => {
  expect(judged(['1', 'a', ''], ['2', 'a', '']).broken).toEqual([expect.stringContaining('second post of g/a')]);
  expect(judged(['1', 'a', 'step 1 of g0s1n1x'], ['2', 'b', 'step 1 of g0s1n1x']).broken).toEqual([
    expect.stringContaining('second post of g0s1n1x'),
  ]);
  expect(judged(['1', 'a', 'step 1 of g0s1n1x'], ['1', 'a', 'step 2 of g0s1n2x']).broken).toEqual([expect.stringContaining('spoke of')]);
  expect(judged(['1', 'a', 'step 1 of g0s1n1x'], ['1', 'a', '', 'post_deleted']).broken).toEqual([expect.stringContaining('was deleted')]);
});
