// Ends: many at once, and in threads that may be deleted at the same moment.

import { describe, expect, it } from 'vitest';
import { SAMPLE } from '../../../../src/stand-in/sample-seed.ts';
import { createHarness, textOf, view } from './harness.ts';
import { CHANNEL, playedServer } from './played-server.ts';

describe('many ends at once', () => {
  it.each([0, 60_000])(
    'fifty within a second are all there within ten seconds with the default budget, %s ms after the opening',
    async (restMs) => {
      const harness = createHarness();
      for (let box = 0; box < 50; box += 1) harness.publisher.show(view(`box${box}`, 'one'));
      await harness.clock.advance(15_000 + restMs);
      // Before they end they are busy: nothing is left of the burst.
      for (let second = 0; second < 10; second += 1) {
        for (let box = 0; box < 50; box += 1) harness.publisher.show(view(`box${box}`, `second ${second}`));
        await harness.clock.advance(1_000);
      }
      const begun = harness.clock.monotonic();
      for (let box = 0; box < 50; box += 1) {
        harness.publisher.show(view(`box${box}`, 'end', { final: true }));
        await harness.clock.advance(20);
      }
      await harness.clock.advance(begun + 11_000 - harness.clock.monotonic());
      const late = harness.server.tried.filter(({ call, at }) => call === 'edit' && at > begun + 11_000);
      expect(late).toEqual([]);
      for (let box = 0; box < 50; box += 1) expect(textOf(harness.server.postsOf(`box${box}`)[0]?.body)).toBe('end\nline');
    },
  );
});

describe('an end in a thread', () => {
  async function inThread(options = {}) {
    const played = playedServer({ options });
    const root = played.postAs(SAMPLE.aliceId, 'please');
    const show = (text: string, final: boolean): void =>
      played.publisher.show(view('box', text, { channelId: CHANNEL, rootId: root.id, final }));
    show('one', false);
    await played.clock.advance(5_000);
    const rootReads = (): number =>
      played.standIn.requests.filter(({ method, path }) => method === 'GET' && path.endsWith(`/posts/${root.id}`)).length;
    return { ...played, root, show, rootReads };
  }

  it('looks at its root once', async () => {
    const { clock, show, rootReads } = await inThread();
    expect(rootReads()).toBe(0);
    show('end', true);
    await clock.advance(3_600_000);
    expect(rootReads()).toBe(1);
  });

  it.each(['park', 'channel'] as const)(
    'that raced the deletion of its thread is not taken for shown (ROOT_GONE=%s)',
    async (onRootGone) => {
      const { clock, show, standIn, root, publisher, ownPosts } = await inThread({ onRootGone });
      standIn.faults.add({ match: { method: 'PUT' }, fault: { kind: 'stall', ms: 50 } });
      show('end', true);
      await clock.advance(30);
      standIn.switches.deletePost(root.id, SAMPLE.aliceId);
      await clock.advance(60_000);
      const inChannel = ownPosts().filter((post) => post.delete_at === 0 && post.root_id === '');
      expect(inChannel.map((post) => textOf(post))).toEqual(onRootGone === 'park' ? [] : ['end\nline']);
      expect(publisher.stats().gone).toMatchObject(onRootGone === 'park' ? [{ boxId: 'box', reason: 'root_gone' }] : []);
    },
  );
});
