import { expect, it } from 'vitest';
import { RoundRobin } from '../../../src/files/round-robin.ts';

it('all are looked at in turn, whatever comes and goes', () => {
  const things = new Map(['a', 'b', 'c', 'd'].map((name) => [name, name]));
  const round = new RoundRobin(things);
  expect(round.next(3)).toEqual(['a', 'b', 'c']);
  expect(round.next(3)).toEqual(['d', 'a', 'b']);
  things.delete('c');
  things.set('e', 'e');
  expect(round.next(9)).toEqual(['d', 'e', 'a', 'b']);
  things.clear();
  expect(round.next(2)).toEqual([]);
});
