import { expect, it } from 'vitest';
import type { HookLine } from '../../../../src/sources/network-ai/decode-hooks.ts';
import { workTellings } from '../../../../src/sources/network-ai/hook-sessions.ts';

const SESSION = '5a8f7a39-50cf-4b4b-9c3e-0f4f6d3c7f11';
const line = (agent: string): HookLine => ({ sessionId: SESSION, agent }) as HookLine;

/** What two looks in a row say: the task, and whether the session works on it. */
function saidBy(lines: readonly HookLine[], told: Map<string, string>, tasks: Record<string, string>): [string, boolean][][] {
  const look = (): [string, boolean][] =>
    workTellings(lines, told, (agent) => tasks[agent]).map(({ taskId, body }) => [
      taskId,
      body.type === 'observed' && body.facts['program'] !== '',
    ]);
  return [look(), look()];
}

it('a session whose agents work on two tasks is told of one, once, however many lines there are', () => {
  const lines = Array.from({ length: 200 }, (_, index) => line(index % 2 === 0 ? 'a' : 'b'));
  expect(saidBy(lines, new Map(), { a: 'A', b: 'B' })).toEqual([[['B', true]], []]);
});

it('a session that goes on to another task leaves the one before', () => {
  const told = new Map<string, string>();
  expect(saidBy([line('a')], told, { a: 'A' })).toEqual([[['A', true]], []]);
  expect(saidBy([line('a')], told, { a: 'B' })).toEqual([
    [
      ['A', false],
      ['B', true],
    ],
    [],
  ]);
});

it('a task that is not shown is not told of', () => {
  expect(saidBy([line('a')], new Map(), {})).toEqual([[], []]);
});
