import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openCards } from '../../../../src/sources/mesh/kanban.ts';

const RECORDED = readFileSync(new URL('../../../fixtures/openclaw-node-local/active-tasks.md', import.meta.url), 'utf8');

describe('N-22: the kanban file of openclaw-node', () => {
  it('has the recorded cards, with who has them and what comes next', () => {
    expect(openCards(RECORDED)).toEqual([
      {
        id: 'T-20261121-005',
        title: 'Withdraw guard review (circling)',
        status: 'waiting-user',
        owner: 'node-a',
        next: 'Gui review — mesh completed in ?s (0 attempts)',
        updatedAt: '2026-11-21T01:46:11.284Z',
      },
      {
        id: 'T-20261121-010',
        title: 'Ship status page',
        status: 'running',
        owner: 'main',
        next: 'planning',
        updatedAt: '2026-11-21T01:40:00Z',
      },
    ]);
  });

  it.each(['done', 'completed', 'cancelled', 'Archived'])('leaves out a card that is %s', (status) => {
    expect(openCards(RECORDED.replace('status: running', `status: ${status}`)).map(({ id }) => id)).toEqual(['T-20261121-005']);
  });

  it('takes no field of what is no card, and the first of each', () => {
    const text =
      '  title: nobody’s\n- task_id: A\n  title: one\n  title: two\n\n## Done\n  title: heading’s\n  status: done\n- title: without an id\n';
    expect(openCards(text)).toEqual([{ id: 'A', title: 'one', status: 'unknown' }]);
  });

  it.each([
    ['nothing', ''],
    ['garbage', '\u0000\ud800- task_id:\n- task_id: \n  status:'],
    ['a megabyte of one line', `- task_id: ${'x'.repeat(1_000_000)}`],
    ['very many cards', '- task_id: A\n'.repeat(50_000)],
  ])('is bounded and never throws: %s', (_, text) => {
    expect(JSON.stringify(openCards(text)).length).toBeLessThan(100_000);
  });
});
