import { describe, expect, it } from 'vitest';
import { createHarness, textOf, view } from './harness.ts';

describe('a post that another gateway writes', () => {
  it('is written no more, and its box goes on in a post of its own, also after a kill', async () => {
    const harness = createHarness();
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(3_000);
    const [shared] = harness.server.postsOf('box');
    harness.publisher.release(shared?.postId ?? '');
    expect(harness.records.size).toBe(0);
    await harness.clock.advance(3_000);
    await harness.restart();
    harness.publisher.show(view('box', 'two'));
    await harness.clock.advance(3_000);
    expect(harness.server.postsOf('box').map(({ body }) => textOf(body))).toEqual(['one\nline', 'two\nline']);
  });

  it('gets its box back in another one when an edit of it was on its way, carried out or not', async () => {
    for (const fate of ['served', 'gateway_timeout'] as const) {
      const harness = createHarness();
      harness.publisher.show(view('box', 'one'));
      await harness.clock.advance(3_000);
      const [shared] = harness.server.postsOf('box');
      harness.server.fateOf = () => fate;
      harness.publisher.show(view('box', 'two', { final: true }));
      await harness.clock.advance(1);
      harness.publisher.release(shared?.postId ?? '');
      harness.server.fateOf = () => 'served';
      await harness.clock.advance(60_000);
      expect(textOf(harness.server.postsOf('box')[1]?.body)).toBe('two\nline');
      expect(harness.server.postsOf('box')).toHaveLength(2);
    }
  });
});
