import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/core/event.ts';
import { openTasks } from '../../../src/core/open-tasks.ts';
import { asked, at, fold, LIMITS, T0 } from './scenario.ts';

const PLAN = 'mesh:lab:plan:P-1';
const [FIRST, SECOND] = ['mesh:lab:task:T-1', 'mesh:lab:task:T-2'];

const seen = (key: string, title: string, parentKey?: string): SessionEvent =>
  at(
    0,
    {
      type: 'session_seen',
      agentId: 'mesh',
      title,
      address: key.replace('lab:', ''),
      tellsLoss: true,
      ...(parentKey === undefined ? {} : { parentKey }),
    },
    key,
    'mesh',
  );
const started = (seconds: number, key: string): SessionEvent =>
  at(seconds, { type: 'turn_started', trigger: { kind: 'operator' } }, key, 'mesh');
const ended = (seconds: number, key: string): SessionEvent => at(seconds, { type: 'run_ended', outcome: 'done' }, key, 'mesh');
const spawned = (seconds: number, childKey: string): SessionEvent =>
  at(seconds, { type: 'child_spawned', callId: childKey, childKey }, PLAN, 'mesh');

const plan = [
  seen(PLAN, 'plan P-1'),
  started(0, PLAN),
  seen(FIRST, 'T-1 node-a', PLAN),
  spawned(1, FIRST),
  started(1, FIRST),
  seen(SECOND, 'T-2 node-b', PLAN),
  spawned(2, SECOND),
  started(2, SECOND),
  ended(3, FIRST),
];

const titles = (events: readonly SessionEvent[], seconds = 10) =>
  openTasks(fold(events), LIMITS, T0 + seconds * 1_000).map(({ title, depth, state }) => `${'  '.repeat(depth)}${title} ${state}`);

describe('the open tasks', () => {
  it('are those with a title, with all parts below a plan; conversations of agents are none', () => {
    expect(titles([...plan, asked(0)])).toEqual(['plan P-1 active', '  T-1 node-a done', '  T-2 node-b active']);
  });

  it('are gone when they have ended, and a plan stays as long as one of its parts is open', () => {
    expect(titles([...plan, ended(4, PLAN)])).toEqual(['plan P-1 active', '  T-1 node-a done', '  T-2 node-b active']);
    expect(titles([...plan, ended(4, SECOND), ended(5, PLAN)], 30)).toEqual([]);
  });

  it('begin with those that need a person, then the oldest', () => {
    const lone = (key: string, seconds: number): SessionEvent[] => [seen(key, key), started(seconds, key)];
    const waits = at(5, { type: 'waiting_started', waitId: 'w', on: 'review', text: 'result', who: 'Lead' }, 'c', 'mesh');
    const tasks = openTasks(fold([...lone('b', 2), ...lone('a', 1), ...lone('c', 3), waits]), LIMITS, T0 + 10_000);
    expect(tasks.map(({ title }) => title)).toEqual(['c', 'a', 'b']);
    expect(tasks[0]).toMatchObject({ activity: 'waiting', waits: [{ on: 'review', since: T0 + 5_000, text: 'result', who: 'Lead' }] });
  });

  it('have their meters, and the notes that are more than information', () => {
    const meter = at(3, { type: 'meter_changed', name: 'Budget', used: 7, of: 10 }, PLAN, 'mesh');
    const note = (noteId: string, severity: 'info' | 'warning'): SessionEvent =>
      at(3, { type: 'noted', noteId, text: noteId, severity }, PLAN, 'mesh');
    const [task] = openTasks(fold([...plan, meter, note('a', 'info'), note('b', 'warning')]), LIMITS, T0);
    expect(task).toMatchObject({ meters: [{ name: 'Budget', used: 7, of: 10 }], warnings: ['b'], address: 'mesh:plan:P-1' });
  });

  it('of a part whose plan is not known stand alone', () => {
    expect(titles([seen(FIRST, 'T-1 node-a', PLAN), started(1, FIRST)])).toEqual(['T-1 node-a active']);
  });
});
