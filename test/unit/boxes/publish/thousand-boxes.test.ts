// A thousand boxes in ten channels, and five requests a second: they cannot all be fresh, but they are served alike.

import { beforeAll, describe, expect, it } from 'vitest';
import { createHarness, type Harness, view, type ViewSetting } from './harness.ts';

const BOXES = 1_000;
const CHANNELS = 10;

function show({ publisher, clock }: Harness, box: number, setting: ViewSetting = {}): void {
  publisher.show(view(`box${box}`, `at ${clock.monotonic()}`, { channelId: `channel${box % CHANNELS}`, ...setting }));
}

/** Every box has something new every ten seconds. */
async function work(harness: Harness, seconds: number, boxes = BOXES): Promise<void> {
  for (let step = 0; step < seconds / 10; step += 1) {
    for (let box = 0; box < boxes; box += 1) show(harness, box);
    await harness.clock.advance(10_000);
  }
}

function editsSince({ server }: Harness, at: number): number[] {
  const edits = new Map<string, number>();
  for (const post of server.posts.values()) edits.set(post.draft.pendingPostId, post.versions.filter((version) => version.at >= at).length);
  return [...edits.values()];
}

function jain(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  return sum ** 2 / (shares.length * shares.reduce((total, share) => total + share ** 2, 0));
}

describe('while a thousand boxes open', () => {
  it('first posts do not starve edits, nor edits first posts', async () => {
    const harness = createHarness();
    await work(harness, 60);
    const from = harness.server.sent.length;
    await work(harness, 120);
    const calls = Map.groupBy(harness.server.sent.slice(from), ({ call }) => call);
    expect(calls.get('create')?.length).toBeGreaterThan(120 * 2);
    expect(calls.get('edit')?.length).toBeGreaterThan(120 * 2);
  });

  it('an end and a question of a box that has no post yet do not wait for the others', async () => {
    const harness = createHarness();
    await work(harness, 60);
    for (const [box, setting] of [
      [990, { final: true }],
      [991, { urgentKey: 'waiting approval' }],
    ] as const) {
      const sent = harness.server.sent.length;
      show(harness, box, setting);
      await harness.clock.advance(1);
      const tried = harness.server.tried.slice(sent).map(({ subject }) => subject);
      expect(tried).toContain(`pending-box${box}`);
    }
  });
});

describe('a thousand busy boxes', () => {
  let harness: Harness;

  beforeAll(async () => {
    harness = createHarness();
    await work(harness, 450);
  });

  it('get equally many edits, and what waits longest goes first', async () => {
    await work(harness, 200);
    const from = harness.clock.monotonic();
    await work(harness, 1_000);
    const edits = editsSince(harness, from);
    expect(edits).toHaveLength(BOXES);
    expect(jain(edits)).toBeGreaterThanOrEqual(0.95);
    expect(Math.min(...edits)).toBeGreaterThanOrEqual(4);
  });

  it('are behind, and the log and the numbers say by how much and what would help', () => {
    const { behindMs, isBudgetSpent, perSecond } = harness.publisher.stats();
    expect(behindMs).toBeGreaterThan(150_000);
    expect(behindMs).toBeLessThan(220_000);
    expect({ isBudgetSpent, perSecond }).toEqual({ isBudgetSpent: true, perSecond: 5 });
    expect(harness.warnings.at(-1)).toMatch(
      /^The budget of requests is spent: boxes are up to \d+ s behind; EDITS_PER_SECOND=50 would make it \d+ s\.$/,
    );
    expect(harness.warnings.length).toBeLessThan(5);
  });

  it('one urgent change a second is sent at the instant at which it comes, whatever it is', async () => {
    const kinds: ViewSetting[] = [{ urgentKey: 'waiting approval' }, { urgentKey: 'retry 1' }, { final: true }];
    for (let second = 0; second < 120; second += 1) {
      const box = 7 * second;
      await harness.clock.advance(999);
      const sent = harness.server.tried.length;
      show(harness, box, kinds[second % kinds.length]);
      await harness.clock.advance(1);
      const post = harness.server.postsOf(`box${box}`)[0];
      expect(harness.server.tried.slice(sent).map(({ subject }) => subject)).toContain(post?.postId);
    }
  });

  it('the first post of a box that opens meanwhile does not wait either', async () => {
    for (let second = 0; second < 30; second += 1) {
      await harness.clock.advance(999);
      const sent = harness.server.tried.length;
      show(harness, BOXES + second);
      await harness.clock.advance(1);
      expect(harness.server.tried.slice(sent).map(({ subject }) => subject)).toContain(`pending-box${BOXES + second}`);
    }
  });
});
