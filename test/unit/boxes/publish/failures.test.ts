import { describe, expect, it } from 'vitest';
import { budgetLimits } from '../../../../src/boxes/publish/budget.ts';
import { PushError, type Reason } from '../../../../src/core/sink.ts';
import type { Call } from './fake-server.ts';
import { createHarness, type Harness, shownBy, textOf, view } from './harness.ts';

function refuse(
  harness: Harness,
  reason: Reason,
  calls: readonly Call[] = ['create', 'edit'],
  target?: string,
  retryAfterMs?: number,
): void {
  harness.server.refusalOf = (call, _body, asked) =>
    calls.includes(call) && (target === undefined || target === asked) ? new PushError(reason, reason, { retryAfterMs }) : undefined;
}

function allow(harness: Harness): void {
  harness.server.refusalOf = () => undefined;
}

async function posted(): Promise<Harness> {
  const harness = createHarness();
  harness.publisher.show(view('box', 'one'));
  await harness.clock.advance(3_000);
  return harness;
}

const requests = ({ server }: Harness, since: number): Call[] => server.sent.filter(({ at }) => at >= since).map(({ call }) => call);

describe('answers about one post', () => {
  it('a post that a person deleted stays deleted for that turn', async () => {
    const harness = await posted();
    for (const post of harness.server.posts.values()) post.deleted = true;
    harness.publisher.show(view('box', 'two'));
    await harness.clock.advance(3_000);
    expect(harness.records.get('box')?.phase).toBe('gone');
    const since = harness.clock.monotonic();
    harness.publisher.show(view('box', 'end', { final: true }));
    await harness.clock.advance(3_600_000);
    await harness.restart();
    harness.publisher.show(view('box', 'end', { final: true }));
    await harness.clock.advance(3_600_000);
    expect(requests(harness, since)).toEqual([]);
    expect(harness.server.posts.size).toBe(1);
    harness.publisher.forget('box');
    expect(harness.records.size).toBe(0);
  });

  it('a deleted thread: the box goes on in the channel only if so configured', async () => {
    for (const onRootGone of ['park', 'channel'] as const) {
      const harness = createHarness({ options: { onRootGone } });
      refuse(harness, 'root_gone', ['create'], 'root');
      harness.publisher.show(view('box', 'one', { rootId: 'root' }));
      await harness.clock.advance(2_000);
      const expected = onRootGone === 'park' ? [] : [{ channelId: 'town' }];
      expect(harness.server.postsOf('box').map((post) => post.draft.target)).toEqual(expected);
      expect(harness.publisher.stats().parked.map(({ reason }) => reason)).toEqual(onRootGone === 'park' ? ['root_gone'] : []);
    }
  });

  it('a deleted thread takes the post along: the box goes on in the channel, once, only if so configured', async () => {
    for (const onRootGone of ['park', 'channel'] as const) {
      const harness = createHarness({ options: { onRootGone } });
      harness.publisher.show(view('box', 'one', { rootId: 'root' }));
      await harness.clock.advance(2_000);
      for (const post of harness.server.posts.values()) post.deleted = true;
      harness.publisher.show(view('box', 'two', { rootId: 'root' }));
      await harness.clock.advance(3_000);
      await harness.restart();
      harness.publisher.show(view('box', 'end', { rootId: 'root', final: true }));
      await harness.clock.advance(60_000);
      const alive = [...harness.server.posts.values()].filter(({ deleted }) => !deleted);
      expect(alive.map(({ draft }) => draft.target)).toEqual(onRootGone === 'park' ? [] : [{ channelId: 'town' }]);
      expect(harness.publisher.stats().parked).toEqual([]);
    }
  });

  it('a deleted thread that a look at the post finds first lets the box go on in the channel, too', async () => {
    const harness = createHarness({ options: { onRootGone: 'channel' } });
    for (const begin of [async () => undefined, () => harness.restart()]) {
      await begin();
      harness.publisher.show(view('box', 'one', { rootId: 'root' }));
      await harness.clock.advance(10_000);
    }
    for (const post of harness.server.posts.values()) post.deleted = true;
    await harness.clock.advance(60_000);
    expect(harness.server.postsOf('box').at(-1)).toMatchObject({ deleted: false, draft: { target: { channelId: 'town' } } });
  });

  it('a reply that a person deleted stays deleted while its thread stands', async () => {
    const harness = createHarness({ options: { onRootGone: 'channel' } });
    harness.publisher.show(view('thread', 'the root'));
    await harness.clock.advance(2_000);
    const [rootId = ''] = harness.server.posts.keys();
    harness.publisher.show(view('box', 'one', { rootId }));
    await harness.clock.advance(2_000);
    for (const post of harness.server.postsOf('box')) post.deleted = true;
    harness.publisher.show(view('box', 'two', { rootId }));
    await harness.clock.advance(60_000);
    expect(harness.records.get('box')?.phase).toBe('gone');
    expect(harness.server.posts.size).toBe(2);
  });

  it.each([
    ['no_access', 31],
    ['archived', 1],
  ] as const)('%s parks the box, asks again every minute, after an hour every ten, and never goes elsewhere', async (reason, first) => {
    const harness = await posted();
    refuse(harness, reason);
    const since = harness.clock.monotonic();
    harness.publisher.show(view('box', 'two'));
    await harness.clock.advance(1_000);
    expect(harness.publisher.stats()).toMatchObject({ parked: [{ boxId: 'box', channelId: 'town', reason }], dirty: 1 });
    expect(harness.records.get('box')).toMatchObject({ phase: 'parked', postId: 'post1' });
    const asked: number[] = [];
    for (let minute = 0; minute < 120; minute += 1) {
      harness.publisher.show(view('box', `minute ${minute}`, { urgentKey: `key ${minute}` }));
      await harness.clock.advance(60_000);
      if (minute % 60 === 59) asked.push(requests(harness, since).length);
    }
    const [hour = 0, later = 0] = asked;
    expect(hour).toBeGreaterThanOrEqual(58 + first / 2);
    expect(hour).toBeLessThanOrEqual(60 + first);
    expect(later - hour).toBeLessThanOrEqual(7);
    allow(harness);
    await harness.clock.advance(600_000);
    expect(shownBy(harness.server, 'box')).toBe('minute 119\nline');
    expect(harness.publisher.stats().parked).toEqual([]);
  });

  it('a parked box that is forgotten while it is let in again still gets its end', async () => {
    const harness = createHarness();
    refuse(harness, 'archived', ['create']);
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(1_000);
    allow(harness);
    harness.server.latencyMs = 2_000;
    await harness.clock.advance(600_000);
    harness.publisher.show(view('box', 'end', { final: true }));
    harness.publisher.forget('box');
    await harness.clock.advance(60_000);
    expect(shownBy(harness.server, 'box')).toBe('end\nline');
    expect(harness.records.size).toBe(0);
  });

  it('a forgotten box in a channel that refuses it is dropped: at once without a post, after a day with one', async () => {
    for (const [hasPost, dropsAfterMs] of [
      [false, 0],
      [true, 86_400_000],
    ] as const) {
      const harness = hasPost ? await posted() : createHarness();
      refuse(harness, 'archived');
      harness.publisher.show(view('box', 'end', { final: true }));
      await harness.clock.advance(1_000);
      harness.publisher.forget('box');
      await harness.clock.advance(Math.max(0, dropsAfterMs - 60_000));
      expect(harness.records.has('box')).toBe(hasPost);
      await harness.clock.advance(660_000);
      expect(harness.records.has('box')).toBe(false);
      expect(harness.clock.pending()).toBe(0);
    }
  });

  it('parked boxes do not hold up the others', async () => {
    const harness = createHarness();
    refuse(harness, 'no_access', ['create'], 'private');
    for (let box = 0; box < 10; box += 1) harness.publisher.show(view(`parked${box}`, 'one', { channelId: 'private' }));
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(2_000);
    expect(shownBy(harness.server, 'box')).toBe('one\nline');
  });

  it('content that is too large is sent once more with less text', async () => {
    const harness = await posted();
    harness.server.refusalOf = (_call, body) =>
      textOf(body)?.includes('line') === true ? new PushError('too_large', 'too large') : undefined;
    const since = harness.clock.monotonic();
    harness.publisher.show(view('box', 'end', { final: true }));
    await harness.clock.advance(2_000);
    expect(shownBy(harness.server, 'box')).toBe('end');
    expect(requests(harness, since)).toEqual(['edit', 'edit']);
  });

  it.each(['rejected', 'too_large'] as const)(
    'content that is %s in any length is quarantined: after half a minute it is tried every five minutes at most',
    async (reason) => {
      const harness = await posted();
      refuse(harness, reason, ['edit'], 'town');
      const begun = harness.clock.monotonic();
      for (let second = 0; second < 1_000; second += 1) {
        harness.publisher.show(view('box', `second ${second}`, { urgentKey: `key ${second}` }));
        harness.publisher.show(view('other', `second ${second}`, { channelId: 'else' }));
        await harness.clock.advance(1_000);
      }
      expect(harness.publisher.stats().refused).toEqual([{ boxId: 'box', channelId: 'town', reason, because: reason }]);
      const tried = harness.server.tried.filter(({ call, subject }) => call === 'edit' && subject === 'post1').map(({ at }) => at - begun);
      expect(tried.length).toBeGreaterThan(3);
      expect(tried.filter((at) => at > 31_000).length).toBeLessThanOrEqual(reason === 'rejected' ? 3 : 12);
      expect(tried.length).toBeLessThanOrEqual(reason === 'rejected' ? 40 : 15);
    },
  );

  it('a refused box does not hold up the others, and its end is tried at once', async () => {
    const harness = await posted();
    harness.server.refusalOf = (_call, body) =>
      textOf(body)?.includes('poison') === true ? new PushError('rejected', 'rejected') : undefined;
    harness.publisher.show(view('box', 'poison'));
    harness.publisher.show(view('other', 'fine'));
    await harness.clock.advance(5_000);
    expect(shownBy(harness.server, 'other')).toBe('fine\nline');
    expect(shownBy(harness.server, 'box')).toBe('one\nline');
    harness.publisher.show(view('box', 'end', { final: true }));
    await harness.clock.advance(1_000);
    expect(shownBy(harness.server, 'box')).toBe('end\nline');
  });

  it('content that was refused for a while gets there without a new state', async () => {
    const harness = await posted();
    refuse(harness, 'rejected');
    harness.publisher.show(view('box', 'end', { final: true }));
    await harness.clock.advance(60_000);
    allow(harness);
    await harness.clock.advance(30_500);
    expect(shownBy(harness.server, 'box')).toBe('end\nline');
  });

  it('a post that fails while others are served is asked ever more rarely', async () => {
    const harness = await posted();
    harness.server.fateOf = (_call, subject) => (subject === 'post1' ? 'error' : 'served');
    for (let second = 0; second < 1_200; second += 1) {
      harness.publisher.show(view('box', `second ${second}`));
      harness.publisher.show(view('other', `second ${second}`));
      await harness.clock.advance(1_000);
    }
    expect(harness.counters.by('push_failures', 'reason')['server']).toBeLessThanOrEqual(15);
  });
});

describe('answers about the server', () => {
  it('429: nothing at all is sent before Retry-After, ends go first afterwards', async () => {
    const harness = createHarness({ random: () => 0 });
    for (let box = 0; box < 8; box += 1) harness.publisher.show(view(`box${box}`, 'one'));
    await harness.clock.advance(60_000);
    refuse(harness, 'rate_limited', ['edit'], undefined, 30_000);
    harness.publisher.show(view('box0', 'two'));
    await harness.clock.advance(100);
    allow(harness);
    const since = harness.clock.monotonic();
    for (let box = 1; box < 7; box += 1) harness.publisher.show(view(`box${box}`, 'two'));
    harness.publisher.show(view('box7', 'end', { final: true }));
    harness.publisher.show(view('new', 'one'));
    await harness.clock.advance(29_500);
    expect(requests(harness, since)).toEqual([]);
    expect(harness.publisher.stats().blockedUntil).toBeGreaterThan(harness.clock.now());
    await harness.clock.advance(10_000);
    expect(shownBy(harness.server, 'box3')).toBe('two\nline');
    const ended = harness.server.postsOf('box7')[0]?.versions.at(-1)?.at ?? Infinity;
    for (const boxId of ['box1', 'box6']) expect(harness.server.postsOf(boxId)[0]?.versions.at(-1)?.at).toBeGreaterThanOrEqual(ended);
    expect(harness.publisher.stats().blockedUntil).toBeUndefined();
  });

  it('429 is followed by a trickle, not by a burst', async () => {
    const harness = createHarness({ random: () => 0, options: { limits: budgetLimits(5, 40) } });
    for (let box = 0; box < 40; box += 1) harness.publisher.show(view(`box${box}`, 'one'));
    await harness.clock.advance(60_000);
    refuse(harness, 'rate_limited', ['edit'], undefined, 2_000);
    harness.publisher.show(view('box0', 'two'));
    await harness.clock.advance(100);
    allow(harness);
    for (let box = 0; box < 40; box += 1) harness.publisher.show(view(`box${box}`, 'two'));
    const since = harness.clock.monotonic();
    await harness.clock.advance(3_000);
    expect(requests(harness, since).length).toBeGreaterThan(5);
    expect(requests(harness, since).length).toBeLessThanOrEqual(15);
  });

  it('429 is answered with jitter after the window', async () => {
    const harness = createHarness({ random: () => 0.9 });
    refuse(harness, 'rate_limited', ['create'], undefined, 1_000);
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(50);
    allow(harness);
    await harness.clock.advance(1_850);
    expect(harness.server.sent).toHaveLength(1);
    await harness.clock.advance(200);
    expect(shownBy(harness.server, 'box')).toBe('one\nline');
  });

  it('a refused token stops all traffic but one request now and then, and recovers by itself', async () => {
    const harness = createHarness();
    for (let box = 0; box < 20; box += 1) harness.publisher.show(view(`box${box}`, 'one'));
    await harness.clock.advance(10_000);
    refuse(harness, 'auth');
    const since = harness.clock.monotonic();
    for (let box = 0; box < 20; box += 1) harness.publisher.show(view(`box${box}`, 'end', { final: true }));
    await harness.clock.advance(600_000);
    expect(requests(harness, since).length).toBeLessThanOrEqual(4 + 20);
    allow(harness);
    await harness.clock.advance(35_000);
    for (let box = 0; box < 20; box += 1) expect(shownBy(harness.server, `box${box}`)).toBe('end\nline');
  });

  it('a failure that goes on is logged once, not once per try', async () => {
    const harness = await posted();
    harness.server.state = 'refusing';
    harness.publisher.show(view('box', 'two'));
    await harness.clock.advance(120_000);
    expect(harness.warnings).toEqual(['A box could not be pushed.']);
  });
});
