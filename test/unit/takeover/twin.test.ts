import { describe, expect, it } from 'vitest';
import { PostedGateways } from '../../../src/takeover/posted-gateways.ts';
import { type TwinOptions, type TwinSink, withTwinWatch } from '../../../src/takeover/twin.ts';
import { createPosts, type Posts } from '../app/posts.ts';
import { FakeClock } from '../../support/clock.ts';

interface Setup {
  left: string[];
  clock: FakeClock;
  posts: Posts;
  twin: TwinSink;
  told: string[];
  taken: string[];
  olderSeen: () => number;
}

function setup(fenced: Pick<TwinOptions, 'hasLeft'> = {}): Setup {
  const clock = new FakeClock();
  const posts = createPosts();
  const told: string[] = [];
  const taken: string[] = [];
  const left: string[] = [];
  let older = 0;
  const onOlder = (): void => void (older += 1);
  const onReplaced = (words: string): void => void told.push(words);
  const twin = withTwinWatch(posts, {
    clock,
    instance: 'me',
    claimedAt: 100,
    gateways: new PostedGateways('us'),
    ...fenced,
    onLeft: (postId) => void left.push(postId),
    isOurs: ({ log }) => log === 'ours',
    onReplaced,
    onOlder,
    onTaken: (postId) => void taken.push(postId),
  });
  return { clock, posts, twin, told, taken, left, olderSeen: () => older };
}

const edit = (twin: TwinSink): Promise<string> =>
  twin.edit('p', { props: {} }).then(
    () => 'sent',
    (error: unknown) => String(error),
  );

describe('a newer claim', () => {
  it.each([
    ['a later start', { instance: 'other', claimedAt: 101 }, true],
    ['the same start and a later name', { instance: 'other', claimedAt: 100 }, true],
    ['the same start and an earlier name', { instance: 'another', claimedAt: 100 }, false],
    ['an earlier start', { instance: 'other', claimedAt: 99 }, false],
    ['our own', { instance: 'me', claimedAt: 100 }, false],
  ])('%s', async (_name, meta, replaces) => {
    const { clock, posts, twin, told } = setup();
    posts.write('p', meta);
    await clock.advance(12_000);
    await twin.check(['p']);
    expect(twin.replacedBy() !== undefined).toBe(replaces);
    expect(told).toHaveLength(replaces ? 1 : 0);
  });

  it('is seen just before an edit while boxes are busy, and that edit is not sent any more', async () => {
    const { clock, posts, twin } = setup();
    expect(await edit(twin)).toBe('sent');
    await clock.advance(10_000);
    posts.write('p', { instance: 'other', claimedAt: 200 });
    expect(await edit(twin)).toContain('another watcher has taken over');
    expect(posts.edits).toEqual(['p']);
    await clock.advance(3_600_000);
    expect(await edit(twin)).toContain('another watcher has taken over');
  });

  it('is seen before the edit of a post that was not written for ten seconds, though another one was looked at since', async () => {
    const { clock, posts, twin } = setup();
    posts.write('q', { instance: 'me', claimedAt: 100 });
    await clock.advance(12_000);
    await twin.check(['q']);
    posts.write('p', { instance: 'other', claimedAt: 200 });
    await clock.advance(4_000);
    expect(await edit(twin)).toContain('another watcher has taken over');
    expect(posts.edits).toEqual([]);
  });

  it('costs one look in ten seconds at most', async () => {
    const { clock, posts, twin } = setup();
    posts.write('p', { instance: 'me', claimedAt: 100 });
    for (let second = 0; second < 60; second++) {
      await edit(twin);
      await twin.check(['p']);
      await clock.advance(1_000);
    }
    expect(posts.reads.length).toBeGreaterThan(3);
    expect(posts.reads.length).toBeLessThanOrEqual(6);
  });
});

describe('a claim of another gateway on one of our posts, such as one that 0.1 wrote', () => {
  it('that is newer has that post, and only that', async () => {
    const { clock, posts, twin, taken, told } = setup();
    posts.write('p', { gateway: 'them', instance: 'other', claimedAt: 200 });
    await clock.advance(12_000);
    expect(await edit(twin)).toContain('another gateway writes the post');
    expect([taken, told, posts.edits]).toEqual([['p'], [], []]);
    await twin.edit('q', { props: {} });
    expect(posts.edits).toEqual(['q']);
  });

  it.each([
    ['is older', { claimedAt: 1 }],
    ['tells an end, since we were taken for dead', { claimedAt: 200, open: false }],
  ])('that %s is overwritten', async (_name, meta) => {
    const { clock, posts, twin, taken, olderSeen } = setup();
    posts.write('p', { gateway: 'them', instance: 'other', ...meta });
    await clock.advance(12_000);
    expect(await edit(twin)).toBe('sent');
    expect([taken, olderSeen()]).toEqual([[], 1]);
  });

  it('is that of a twin, when it shows a turn that we watch', async () => {
    const { clock, posts, twin, taken, told } = setup();
    posts.write('p', { gateway: 'renamed', log: 'ours', instance: 'other', claimedAt: 200 });
    await clock.advance(12_000);
    await twin.check(['p']);
    expect([taken.length, told.length]).toEqual([0, 1]);
  });
});

describe('an older claim on one of our posts', () => {
  it('is answered by writing ours again', async () => {
    const { clock, posts, twin, olderSeen } = setup();
    posts.write('p', { instance: 'other', claimedAt: 1 });
    await clock.advance(12_000);
    await twin.check(['p']);
    expect(olderSeen()).toBe(1);
    expect(await edit(twin)).toBe('sent');
  });
});

describe('a machine of a fleet whose own watcher started later than the publisher', () => {
  it('has left the fleet when nothing is heard of it: it keeps its post, and the publisher goes on with all others', async () => {
    let isHeard = false;
    const { clock, posts, twin, told, taken, left } = setup({ hasLeft: (postId) => postId === 'p' && !isHeard });
    posts.write('p', { instance: 'its own watcher', claimedAt: 200 });
    posts.write('q', { instance: 'me', claimedAt: 100 });
    await clock.advance(12_000);
    await twin.check(['p']);
    for (let minute = 0; minute < 3; minute += 1) {
      expect(await edit(twin)).toContain('writes the post by itself');
      await twin.edit('q', { props: {} });
      await clock.advance(60_000);
    }
    expect({ edits: posts.edits, told, taken, left }).toEqual({ edits: ['q', 'q', 'q'], told: [], taken: [], left: ['p'] });
    isHeard = true;
    expect(await edit(twin)).toBe('sent');
    expect(twin.replacedBy()).toBeUndefined();
  });

  it('has joined it when it is heard: its posts are written on', async () => {
    const { clock, posts, twin, told, left, olderSeen } = setup({ hasLeft: () => false });
    posts.write('p', { instance: 'it ran alone', claimedAt: 200 });
    await clock.advance(12_000);
    await twin.check(['p']);
    expect(await edit(twin)).toBe('sent');
    expect({ told, left, older: olderSeen() }).toEqual({ told: [], left: [], older: 1 });
  });
});
