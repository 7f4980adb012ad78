// What is compared is what a view says; a body is encoded only to be sent.

import { describe, expect, it } from 'vitest';
import { contentHash } from '../../../../src/boxes/publish/content-hash.ts';
import type { BoxView } from '../../../../src/boxes/publish/publisher-ports.ts';
import { createHarness, view } from './harness.ts';

describe('a body', () => {
  it('is encoded once for each create and each edit, however many views there were between them', async () => {
    const harness = createHarness();
    const versions = (): number => harness.server.postsOf('a')[0]?.versions.length ?? 0;
    for (let step = 0; step < 200; step++) {
      harness.publisher.show(view('a', `step ${step}`));
      await harness.clock.advance(100);
    }
    harness.publisher.show(view('a', 'end', { final: true }));
    harness.publisher.show(view('a', 'end', { final: true }));
    await harness.clock.advance(60_000);
    expect(versions()).toBeGreaterThan(3);
    expect(harness.encodings).toBe(versions());
  });
});

describe('the content of a view', () => {
  const base = view('a', 'working');
  const card = (change: Partial<BoxView['card']>): BoxView => ({ ...base, card: { ...base.card, ...change } });

  it.each<[string, BoxView]>([
    ['title', card({ title: 'other' })],
    ['line', card({ lines: ['other'] })],
    ['dropped line', card({ droppedLines: 7 })],
    ['colour', card({ color: '#123456' })],
    ['text for notifications', card({ fallback: 'other' })],
    ['end', card({ final: true })],
    ['run', { ...base, meta: { ...base.meta, runs: ['run'] } }],
  ])('is another one with another %s', (_what, other) => expect(contentHash(other)).not.toBe(contentHash(base)));

  it('is another one when it has to be cut, or names another post that it replaces', () => {
    const shrinking = { level: 1, growAt: 0, waitMs: 0 } as const;
    expect(new Set([contentHash(base), contentHash(base, { shrinking }), contentHash(base, { replaces: 'post' })]).size).toBe(3);
  });

  it('is the same whatever is urgent about it, and however it would have been first', () => {
    expect(contentHash(card({ urgentKey: 'other', first: { title: 'x', lines: [] }, dropOrder: [] }))).toBe(contentHash(base));
  });
});
