import { expect, it } from 'vitest';
import { withdrawnCard } from '../../../../src/boxes/board/withdrawn-card.ts';
import { closingCard } from '../../../../src/boxes/render/closing-card.ts';

const LOST = { state: 'lost', heading: '[LOST] source gone', line: 'Nobody was there.', urgentKey: 'lost' } as const;

it('a closing card says whose it was and why, and is final', () => {
  expect(closingCard('scout', LOST)).toMatchObject({
    state: 'lost',
    title: '[LOST] source gone | scout',
    fallback: '[LOST] source gone | scout',
    lines: [expect.stringMatching(/ Nobody was there\.$/)],
    urgentKey: 'lost',
    final: true,
  });
});

it('has no name where nobody knows the agent', () => expect(closingCard('', LOST).title).toBe('[LOST] source gone'));

it('neutralises the name, which an agent may have chosen, and cuts it', () => {
  const { title } = closingCard(`@all [x](http://evil) ${'y'.repeat(100)}`, LOST);
  expect(title).not.toMatch(/@all|\]\(/);
  expect(title.length).toBeLessThan(80);
});

it('of a box that does not belong where it is, the card is the same for every agent but for the name', () => {
  expect(withdrawnCard('a').lines).toEqual(withdrawnCard('b').lines);
  expect(withdrawnCard('a')).toMatchObject({ title: '[INTERRUPTED] not shown here any more | a', urgentKey: 'withdrawn' });
});
