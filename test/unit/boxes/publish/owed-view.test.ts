import { describe, expect, it } from 'vitest';
import { createHarness, shownBy, view } from './harness.ts';

describe('an end that a killed process owed', () => {
  it('is written by the next one, though nobody shows that box any more', async () => {
    const harness = createHarness();
    const { clock, server } = harness;
    harness.publisher.show(view('a', 'working'));
    await clock.advance(1_000);
    server.state = 'refusing';
    harness.publisher.show(view('a', 'done', { final: true }));
    await clock.advance(5_000);
    expect(shownBy(server, 'a')).toContain('working');
    await harness.restart();
    server.state = 'up';
    await clock.advance(5_000);
    expect(shownBy(server, 'a')).toContain('done');
  });
});

describe('a claim that somebody else overwrote', () => {
  it('is written again on every open post, and on no other', async () => {
    const { clock, server, publisher } = createHarness();
    for (const box of ['a', 'b']) publisher.show(view(box, 'working'));
    publisher.show(view('c', 'done', { final: true }));
    await clock.advance(60_000);
    const versions = (): number[] => ['a', 'b', 'c'].map((box) => server.postsOf(box)[0]?.versions.length ?? 0);
    const before = versions();
    publisher.reclaim();
    await clock.advance(2_000);
    expect(versions().map((count, index) => count - (before[index] ?? 0))).toEqual([1, 1, 0]);
  });
});
