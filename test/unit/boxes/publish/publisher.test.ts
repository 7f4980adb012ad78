import { describe, expect, it } from 'vitest';
import { decodeMeta } from '../../../../src/boxes/publish/post-meta.ts';
import { createHarness, type Harness, shownBy, textOf, view } from './harness.ts';

function editTimes({ server }: Harness, boxId = 'box'): number[] {
  return (server.postsOf(boxId)[0]?.versions ?? []).map((version) => version.at);
}

function gaps(instants: readonly number[]): number[] {
  return instants.slice(1).map((at, index) => at - (instants[index] ?? 0));
}

describe('pushing', () => {
  it('posts a new box at once, with what makes it findable', async () => {
    const harness = createHarness();
    harness.publisher.show(view('box', 'one', { rootId: 'root' }));
    await harness.clock.advance(100);
    const [post] = harness.server.postsOf('box');
    expect(post?.draft.target).toEqual({ channelId: 'town', rootId: 'root' });
    expect(textOf(post?.body)).toBe('one\nline');
    expect(decodeMeta(post?.body.props['livestatus'])).toMatchObject({
      v: 1,
      box: 'box',
      session: 'hash',
      runs: ['run1'],
      open: true,
      seq: 1,
      instance: 'instance1',
    });
  });

  it('counts what others send in the same budget', async () => {
    const harness = createHarness();
    for (let look = 0; look < 17; look++) harness.budget.take('look', 0);
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(99); // half of the reserve is for urgent changes alone
    expect(harness.server.sent).toHaveLength(0);
    await harness.clock.advance(1);
    expect(harness.server.sent).toHaveLength(1);
  });

  it('saves the intent before the create and the post id after it', async () => {
    const harness = createHarness();
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(10);
    expect(harness.saves.map((record) => record.phase)).toEqual(['intent']);
    expect(harness.server.sent).toHaveLength(1);
    await harness.clock.advance(100);
    expect(harness.records.get('box')).toMatchObject({
      phase: 'posted',
      postId: 'post1',
      final: false,
      owedFinal: false,
      acked: { seq: 1 },
    });
  });

  it('sends nothing for a view that changes nothing', async () => {
    const harness = createHarness();
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(100);
    for (let times = 0; times < 5; times += 1) harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(60_000);
    expect(harness.server.sent).toHaveLength(1);
    const counted = (['edits_sent', 'edits_skipped', 'edits_conflated'] as const).map((name) => harness.counters.total(name));
    expect([counted, harness.publisher.stats().dirty]).toEqual([[1, 5, 0], 0]);
  });

  it('sends only the newest of many views, and only when it is due', async () => {
    const harness = createHarness();
    for (let step = 0; step < 100; step += 1) {
      harness.publisher.show(view('box', `step ${step}`));
      await harness.clock.advance(100);
    }
    await harness.clock.advance(2_000);
    expect(shownBy(harness.server, 'box')).toBe('step 99\nline');
    for (const gap of gaps(editTimes(harness))) expect(gap).toBeGreaterThanOrEqual(2_000);
    expect(editTimes(harness)).toHaveLength(6);
    expect(harness.counters.total('edits_conflated')).toBeGreaterThan(80);
  });

  it('lets urgent changes jump the pace but not the throttle', async () => {
    const harness = createHarness();
    for (let step = 0; step < 20; step += 1) {
      harness.publisher.show(view('box', `step ${step}`, { urgentKey: `key ${step}` }));
      await harness.clock.advance(100);
    }
    await harness.clock.advance(500);
    expect(shownBy(harness.server, 'box')).toBe('step 19\nline');
    expect(editTimes(harness).length).toBeGreaterThanOrEqual(4);
    for (const gap of gaps(editTimes(harness))) expect(gap).toBeGreaterThanOrEqual(500);
  });

  it('has one request in flight per post, and sends what came meanwhile afterwards', async () => {
    const harness = createHarness();
    harness.server.latencyMs = 3_000;
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(1_000);
    harness.publisher.show(view('box', 'two', { final: true }));
    await harness.clock.advance(1_900);
    expect(harness.server.sent).toHaveLength(1);
    await harness.clock.advance(5_000);
    expect(shownBy(harness.server, 'box')).toBe('two\nline');
    expect(harness.server.sent).toHaveLength(2);
  });

  it('has at most four requests in flight in all', async () => {
    const harness = createHarness();
    harness.server.latencyMs = 3_000;
    for (let box = 0; box < 10; box += 1) harness.publisher.show(view(`box${box}`, 'one'));
    await harness.clock.advance(1_000);
    expect(harness.server.sent).toHaveLength(4);
    await harness.clock.advance(10_000);
    expect(harness.server.posts.size).toBe(10);
  });

  it('keeps the target of the first view for the life of the box', async () => {
    const harness = createHarness();
    harness.publisher.show(view('box', 'one', { channelId: 'town' }));
    harness.publisher.show(view('box', 'two', { channelId: 'other' }));
    await harness.clock.advance(5_000);
    expect(harness.server.postsOf('box').map((post) => post.draft.target.channelId)).toEqual(['town']);
  });

  it('has no timer and sends nothing while there is nothing to do', async () => {
    const harness = createHarness();
    harness.publisher.show(view('box', 'one', { final: true }));
    await harness.clock.advance(60_000);
    expect(harness.clock.pending()).toBe(0);
  });

  it('forgets a box once its end is posted', async () => {
    const harness = createHarness();
    harness.server.state = 'refusing';
    harness.publisher.show(view('box', 'end', { final: true }));
    harness.publisher.forget('box');
    await harness.clock.advance(20_000);
    expect(harness.records.get('box')).toMatchObject({ owedFinal: true, final: true });
    harness.server.state = 'up';
    await harness.clock.advance(10_000);
    expect(shownBy(harness.server, 'box')).toBe('end\nline');
    expect(harness.records.size).toBe(0);
    expect(harness.publisher.stats()).toMatchObject({ active: 0, waiting: 0, dirty: 0, oldestDirtyAgeMs: 0 });
  });
});

describe('flush', () => {
  it('sends what is dirty without regard to pace and budget', async () => {
    const harness = createHarness();
    for (let box = 0; box < 40; box += 1) harness.publisher.show(view(`box${box}`, 'one'));
    await harness.clock.advance(10_000);
    for (let box = 0; box < 40; box += 1) harness.publisher.show(view(`box${box}`, 'end', { final: true }));
    const flushed = harness.publisher.flush(5_000);
    await harness.clock.advance(1_000);
    await expect(flushed).resolves.toEqual({ owed: [] });
    for (let box = 0; box < 40; box += 1) expect(shownBy(harness.server, `box${box}`)).toBe('end\nline');
  });

  it('sends nothing inside a Retry-After window, ends at once and names what is owed', async () => {
    const harness = createHarness();
    await blockFor(harness, 60_000);
    const requests = harness.server.sent.length;
    harness.publisher.show(view('box', 'end', { final: true }));
    const flushed = harness.publisher.flush(5_000);
    await harness.clock.advance(100);
    await expect(flushed).resolves.toEqual({ owed: ['box'] });
    expect(harness.server.sent).toHaveLength(requests);
    expect(harness.records.get('box')).toMatchObject({ owedFinal: true, final: true });
  });

  it('ends at its deadline while the server is silent, and what was in flight is owed', async () => {
    const harness = createHarness();
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(1_000);
    harness.server.state = 'stalled';
    harness.publisher.show(view('box', 'end', { final: true }));
    const flushed = harness.publisher.flush(5_000);
    let ended = false;
    void flushed.then(() => (ended = true));
    await harness.clock.advance(4_990);
    expect(ended).toBe(false);
    await harness.clock.advance(20);
    await expect(flushed).resolves.toEqual({ owed: ['box'] });
    await harness.publisher.stop();
    expect(harness.records.get('box')).toMatchObject({ owedFinal: true });
  });

  it('counts an end as owed while an older edit may still overtake it, and does not wait for that', async () => {
    const harness = createHarness();
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(1_000);
    harness.server.fateOf = () => 'gateway_timeout';
    harness.publisher.show(view('box', 'old', { urgentKey: 'x' }));
    await harness.clock.advance(30);
    harness.server.fateOf = () => 'served';
    harness.publisher.show(view('box', 'end', { final: true }));
    const flushed = harness.publisher.flush(5_000);
    const before = harness.clock.monotonic();
    let endedAt = 0;
    void flushed.then(() => (endedAt = harness.clock.monotonic()));
    await harness.clock.advance(4_000);
    expect(endedAt - before).toBeLessThan(2_000);
    expect(await flushed).toEqual({ owed: ['box'] });
    expect(harness.records.get('box')).toMatchObject({ owedFinal: true });
  });

  it('owed ends are sent by the next process', async () => {
    const harness = createHarness();
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(1_000);
    harness.server.state = 'refusing';
    harness.publisher.show(view('box', 'end', { final: true }));
    const flushed = harness.publisher.flush(2_000);
    await harness.clock.advance(2_000);
    expect(await flushed).toEqual({ owed: ['box'] });
    await harness.restart();
    harness.server.state = 'up';
    harness.publisher.show(view('box', 'end', { final: true }));
    await harness.clock.advance(1_000);
    expect(shownBy(harness.server, 'box')).toBe('end\nline');
    await harness.clock.advance(60_000);
    expect(harness.records.get('box')).toMatchObject({ owedFinal: false });
  });
});

async function blockFor(harness: Harness, retryAfterMs: number): Promise<void> {
  const { PushError } = await import('../../../../src/core/sink.ts');
  harness.server.refusalOf = () => new PushError('rate_limited', '429', { retryAfterMs });
  harness.publisher.show(view('box', 'one'));
  await harness.clock.advance(1_000);
  harness.server.refusalOf = () => undefined;
}

describe('adoption', () => {
  it('edits the post of an earlier process and puts its own claim into it', async () => {
    const harness = createHarness();
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(1_000);
    await harness.restart();
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(3_000);
    expect(decodeMeta(harness.server.postsOf('box')[0]?.body.props['livestatus'])).toMatchObject({ instance: 'instance2', seq: 2 });
    expect(shownBy(harness.server, 'box')).toBe('one\nline');
  });

  it('leaves a confirmed end alone, and edits it when the turn goes on', async () => {
    const harness = createHarness();
    harness.publisher.show(view('box', 'end', { final: true }));
    await harness.clock.advance(60_000);
    await harness.restart();
    harness.publisher.show(view('box', 'end', { final: true }));
    await harness.clock.advance(60_000);
    expect(harness.server.sent).toHaveLength(1);
    harness.publisher.show(view('box', 'more'));
    await harness.clock.advance(3_000);
    expect(shownBy(harness.server, 'box')).toBe('more\nline');
  });

  it('looks for the post before it creates one when only the intent was saved', async () => {
    const harness = createHarness();
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(30);
    await harness.restart();
    harness.server.restart();
    harness.publisher.show(view('box', 'two'));
    await harness.clock.advance(3_000);
    expect(harness.server.sent.map(({ call }) => call).filter((call) => call !== 'find')).toEqual(['create', 'edit']);
    expect(shownBy(harness.server, 'box')).toBe('two\nline');
  });

  it('keeps to the throttle across a restart', async () => {
    const harness = createHarness();
    for (let step = 0; step < 10; step += 1) {
      harness.publisher.show(view('box', `step ${step}`, { urgentKey: `key ${step}` }));
      await harness.clock.advance(130);
      await harness.restart();
    }
    harness.publisher.show(view('box', 'last', { urgentKey: 'last' }));
    await harness.clock.advance(3_000);
    for (const gap of gaps(editTimes(harness))) expect(gap).toBeGreaterThanOrEqual(500 - 40);
    expect(shownBy(harness.server, 'box')).toBe('last\nline');
  });

  it('repairs what the killed process had on its way, even if it lands after our first edit', async () => {
    const harness = createHarness();
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(3_000);
    harness.server.fateOf = () => 'gateway_timeout';
    harness.publisher.show(view('box', 'old'));
    await harness.clock.advance(30);
    harness.server.fateOf = () => 'served';
    await harness.restart();
    harness.publisher.show(view('box', 'end', { final: true }));
    await harness.clock.advance(5_100);
    expect(shownBy(harness.server, 'box')).toBe('old\nline');
    await harness.clock.advance(30_000);
    expect(shownBy(harness.server, 'box')).toBe('end\nline');
  });
});
