import { expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/core/event.ts';
import { asked, at, called, CHILD, fold, MAIN } from './scenario.ts';

const spawned = (seconds: number, childKey: string, callId: string, part: { isPart?: true } = {}): SessionEvent =>
  at(seconds, { type: 'child_spawned', callId, childKey, ...part, label: 'counter' });
const IN_PART = { isPart: true } as const;
const beginning = CHILD.slice(0, -2);
const turnAfter = (...events: SessionEvent[]) => fold([asked(0), called(1, 'spawn'), ...events]).get(MAIN)?.turns[0];

it('a sub-agent whose key was told in part is the one that is found later, where it was, as what its call has spawned', () => {
  const turn = turnAfter(spawned(2, beginning, 'spawn', IN_PART), called(3, 'other'), spawned(4, CHILD, 'found'));
  expect(turn?.childrenByKey).toEqual({ [CHILD]: { callId: 'spawn', label: 'counter' } });
  expect(turn?.lines.map((line) => (line.kind === 'child' ? line.childKey : line.kind))).toEqual(['call', CHILD, 'call']);
});

it('a part of a key that is known whole says nothing new', () => {
  const turn = turnAfter(spawned(2, CHILD, 'spawn'), spawned(3, beginning, 'spawn', IN_PART));
  expect(turn?.childrenByKey).toEqual({ [CHILD]: { callId: 'spawn', label: 'counter' } });
  expect(turn?.lines.filter(({ kind }) => kind === 'child')).toHaveLength(1);
});

it('parts of other keys stay sub-agents of their own', () => {
  const turn = turnAfter(spawned(2, 'agent:other:subagent:x', 'spawn', IN_PART), spawned(3, CHILD, 'second'));
  expect(Object.keys(turn?.childrenByKey ?? {})).toHaveLength(2);
});
