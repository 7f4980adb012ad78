import { describe, expect, it } from 'vitest';
import { createThreadCosts, isExpensive, type ThreadEdit } from '../../../src/sinks/resilience/thread-costs.ts';
import { createFakeSink } from '../sinks/fake-sink.ts';
import { FakeClock } from '../../support/clock.ts';

/** What an edit cost on the two servers that were measured, by the replies of its thread. */
const MEASURED: Record<'5.37' | '11.6', Record<number, number>> = {
  '5.37': { 0: 8, 30: 15, 100: 31, 300: 93, 1000: 489 },
  '11.6': { 0: 13, 30: 17, 100: 15, 300: 16, 1000: 11 },
};

const edits = (version: keyof typeof MEASURED, replies: readonly number[]): ThreadEdit[] =>
  replies.map((count) => ({ replies: count, ms: MEASURED[version][count] ?? 0 }));

describe('whether an edit in a thread is dear', () => {
  it.each<['5.37' | '11.6', number[], number, boolean, string]>([
    ['5.37', [], 1_000, false, 'nobody has tried yet'],
    ['5.37', [30], 100, false, 'a little longer than the one that was tried'],
    ['5.37', [30], 1_000, false, 'too short to tell'],
    ['5.37', [100], 1_000, true, 'much longer'],
    ['5.37', [300], 300, false, 'dear, but bearable'],
    ['5.37', [1_000], 300, true, 'as long as what turned out to be dear'],
    ['5.37', [1_000], 30, false, 'short'],
    ['11.6', [30, 100, 300], 1_000, false, 'of any length'],
    ['11.6', [1_000], 10_000, false, 'of any length'],
  ])('%s with threads of %j tried, one of %s: %s (%s)', (version, tried, replies, expected) => {
    expect(isExpensive(replies, edits(version, tried), [MEASURED[version][0] ?? 0])).toBe(expected);
  });

  it('a slow way to the server makes no thread dear', () => {
    const far = (ms: number): number => ms + 250;
    const tried = edits('11.6', [30, 100, 300]).map(({ replies, ms }) => ({ replies, ms: far(ms) }));
    expect(isExpensive(1_000, tried, [far(13)])).toBe(false);
  });
});

describe('what is measured', () => {
  it('is each edit of a post of ours that was answered, by the thread it stands in', async () => {
    const clock = new FakeClock();
    const costs = createThreadCosts(() => clock.monotonic());
    const slow = createFakeSink();
    let ms = 5;
    const sink = costs.timed({
      ...slow,
      edit: () => clock.advance(ms),
      create: async ({ target }) => ({ postId: target.rootId === undefined ? 'post1' : 'post2' }),
    });
    costs.setReplies('root', 200);
    for (const target of [{ channelId: 'c' }, { channelId: 'c', rootId: 'root' }])
      await sink.create({ target, pendingPostId: '', props: {} });
    await sink.edit('post1', { props: {} });
    await sink.edit('of an earlier process', { props: {} });
    expect(costs.isExpensive(400)).toBe(false);
    ms = 90;
    await sink.edit('post2', { props: {} });
    expect([costs.isExpensive(400), costs.isExpensive(100)]).toEqual([true, false]);
  });

  it('is still known of a thread when another one is counted again and again', async () => {
    const clock = new FakeClock();
    const costs = createThreadCosts(() => clock.monotonic());
    const sink = costs.timed({
      ...createFakeSink(),
      create: async () => ({ postId: 'post' }),
      edit: () => clock.advance(90),
    });
    costs.setReplies('root', 200);
    for (let round = 0; round < 2_000; round++) costs.setReplies(`root${round % 999}`, 200);
    await sink.create({ target: { channelId: 'c', rootId: 'root' }, pendingPostId: '', props: {} });
    await sink.edit('post', { props: {} });
    expect(costs.isExpensive(1_000)).toBe(true);
  });
});
