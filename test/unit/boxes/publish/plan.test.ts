import { describe, expect, it } from 'vitest';
import { NOTHING_URGENT } from '../../../../src/core/card.ts';
import { type Lane, planOf } from '../../../../src/boxes/publish/plan.ts';
import { newPostState, type PostState } from '../../../../src/boxes/publish/post-state.ts';
import { BoardHarness } from '../board/board-harness.ts';
import { OPTIONS, view, type ViewSetting } from './harness.ts';

const posted = { post: { kind: 'posted', postId: 'post' }, acked: { hash: 'old', seq: 1 }, urgentKey: NOTHING_URGENT } as const;

function state(change: Partial<PostState>, setting: ViewSetting = {}): PostState {
  return { ...newPostState(view('a', 'text', setting), 'new', 'pending', { wall: 0, now: 1_000 }), ...change };
}

describe('where a box waits', () => {
  it.each<[string, PostState, Lane, boolean]>([
    ['its first post', state({}), 'opening', false],
    ['a search for its first post', state({ post: { kind: 'intent', doubtful: true, safeUntilAt: 0 } }), 'opening', false],
    ['its first post, with a question in it', state({}, { urgentKey: 'open, waiting 1, violations 0' }), 'urgent', false],
    ['its first post, with a violation in it', state({}, { urgentKey: 'open, violations 1' }), 'urgent', false],
    ['its end without a post', state({}, { final: true }), 'end', false],
    ['progress', state(posted), 'ordinary', true],
    ['a claim', state({ ...posted, isClaimed: false }), 'ordinary', true],
    ['a question', state(posted, { urgentKey: 'open, waiting 1, violations 0' }), 'urgent', false],
    ['its end', state(posted, { final: true }), 'end', false],
  ])('for %s', (_name, each, lane, counts) => {
    expect(planOf(each, OPTIONS, false)).toMatchObject({ lane, countsIn: counts ? 'town' : undefined });
  });

  it('at a shutdown nothing counts in its channel, and nothing waits for the pace', () => {
    const each = state({ ...posted, lastPushAt: 5_000 });
    expect(planOf(each, OPTIONS, false)).toMatchObject({ countsIn: 'town', readyAt: 7_000 });
    expect(planOf(each, OPTIONS, true)).toMatchObject({ countsIn: undefined, readyAt: 5_500 });
  });

  it('a running turn without anything urgent is drawn with the key that says so', async () => {
    const desk = new BoardHarness({ policy: { openAfterMs: 0 } });
    desk.ask();
    desk.call('1');
    await desk.pass(1);
    expect(desk.views.at(-1)?.card.urgentKey).toBe(NOTHING_URGENT);
  });
});
