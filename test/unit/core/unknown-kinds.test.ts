import { expect, it } from 'vitest';
import { UnknownKinds } from '../../../src/core/unknown-kinds.ts';

it('counts kinds by their names', () => {
  const kinds = new UnknownKinds();
  for (const kind of ['event_msg/new_thing', 'system:sang', 'event_msg/new_thing']) kinds.add(kind);
  expect(kinds.counts).toEqual({ 'event_msg/new_thing': 2, 'system:sang': 1 });
});

it('shows no name that is more than a name, and only so many', () => {
  const kinds = new UnknownKinds();
  for (const kind of ['two words', '<b>', '', 'x'.repeat(61)]) kinds.add(kind);
  expect(kinds.counts).toEqual({ other: 4 });
  for (let nth = 0; nth < 200; nth++) kinds.add(`kind-${nth}`);
  expect(Object.keys(kinds.counts).length).toBeLessThanOrEqual(101);
});
