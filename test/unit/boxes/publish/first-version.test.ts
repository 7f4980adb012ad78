import { describe, expect, it } from 'vitest';
import type { BoxView } from '../../../../src/boxes/publish/publisher-ports.ts';
import { createHarness, textOf, view } from './harness.ts';

/** A view whose agent said `words`. */
function saying(words: string, final = false): BoxView {
  const plain = view('a', 'title', { final });
  return { ...plain, card: { ...plain.card, lines: [words], first: { title: '`title`', lines: [`\`${words}\``] } } };
}

describe('the version that creates a post', () => {
  it('has the foreign words in code spans, and stays as it is while there is nothing new', async () => {
    const { clock, server, publisher } = createHarness();
    publisher.show(saying('hello'));
    await clock.advance(3_600_000);
    publisher.show(saying('hello'));
    await clock.advance(3_600_000);
    const [post] = server.postsOf('a');
    expect(post?.versions.map(({ body }) => textOf(body))).toEqual(['title\n`hello`']);
  });

  it('gives way to prose with the first edit that there is a reason for', async () => {
    const { clock, server, publisher } = createHarness();
    publisher.show(saying('hello'));
    await clock.advance(5_000);
    publisher.show(saying('hello again', true));
    await clock.advance(5_000);
    const [post] = server.postsOf('a');
    expect(post?.versions.map(({ body }) => textOf(body))).toEqual(['title\n`hello`', 'title\nhello again']);
  });
});
