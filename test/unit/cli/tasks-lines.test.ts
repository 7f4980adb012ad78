import { describe, expect, it } from 'vitest';
import { type SeenTask, taskLines } from '../../../src/cli/tasks-command.ts';

const NOW = 1_700_000_600_000;
const task = (parts: Partial<SeenTask>): SeenTask => ({
  title: 'T-1',
  depth: 0,
  state: 'active',
  activity: 'active',
  startedAt: NOW - 65_000,
  waits: [],
  meters: [],
  warnings: [],
  ...parts,
});

describe('live-status tasks', () => {
  it('prints a table, with the parts of a plan below it', () => {
    const list = [
      task({
        title: 'plan P-1',
        activity: 'blocked',
        state: 'waiting',
        waits: [{ on: 'gate', since: NOW - 600_000, text: 'two of three agree' }],
      }),
      task({ title: 'T-1 node-a', depth: 1, meters: [{ name: 'Time', used: 3, of: 30, unit: 'min' }], warnings: ['silent for 2m'] }),
    ];
    expect(taskLines(list, NOW)).toEqual([
      'TASK          STATE              FOR    METERS         WAITS AND WARNINGS',
      'plan P-1      blocked (waiting)  1m 5s                 gate for 10m: two of three agree',
      '  T-1 node-a  active             1m 5s  Time 3/30 min  silent for 2m',
    ]);
  });

  it('says that there are none', () => expect(taskLines([], NOW)).toEqual(['No open tasks.']));

  it('keeps each task in one short line, whatever its texts are', () => {
    const lines = taskLines([task({ title: `a\nb${'x'.repeat(500)}`, warnings: ['y\n'.repeat(5_000)] })], NOW);
    expect(lines).toHaveLength(2);
    expect(lines.every((line) => line.length < 250)).toBe(true);
  });
});
