import { expect, it } from 'vitest';
import { Picture } from '../../../src/page/picture.ts';
import { boxOf } from './sample-boxes.ts';

const idsOf = (texts: readonly string[]): string[] => texts.map((text) => (JSON.parse(text) as { id: string }).id);

it('who has nothing gets everything; who has a version gets only what changed since', () => {
  const picture = new Picture();
  picture.put(boxOf('a'));
  picture.put(boxOf('b'));
  const first = picture.newsSince(undefined);
  expect([first.isWhole, idsOf(first.boxes)]).toEqual([true, ['a', 'b']]);
  picture.put(boxOf('a', { title: 'newer' }));
  picture.remove('b');
  const next = picture.newsSince(first.version);
  expect([next.isWhole, idsOf(next.boxes), next.gone]).toEqual([false, ['a'], ['b']]);
  expect(picture.newsSince(next.version)).toMatchObject({ boxes: [], gone: [] });
});

it('a box that is the same is no news', () => {
  const picture = new Picture();
  const box = boxOf('a');
  expect([picture.put(box), picture.put({ ...box }), picture.version()]).toEqual([true, false, 1]);
});

it('a box that comes back is not told as gone', () => {
  const picture = new Picture();
  picture.put(boxOf('a'));
  picture.remove('a');
  picture.put(boxOf('a'));
  expect(picture.newsSince(1)).toMatchObject({ isWhole: false, gone: [] });
});

it('who missed more than is remembered, or has a version of the future, starts anew', () => {
  const picture = new Picture();
  picture.put(boxOf('old'));
  const since = picture.version();
  picture.remove('old');
  for (let number = 0; number < 1_000; number += 1) {
    picture.put(boxOf(`box ${number}`));
    picture.remove(`box ${number}`);
  }
  expect(picture.newsSince(since).isWhole).toBe(true);
  expect(picture.newsSince(picture.version() - 2).isWhole).toBe(false);
  expect(picture.newsSince(picture.version() + 1).isWhole).toBe(true);
});
