import { describe, expect, it } from 'vitest';
import { BUILT_IN_LABELS, decodeToolLabels, mergeLabels } from '../../../../src/boxes/render/tool-labels.ts';
import { ACTIVE, callOf, drawTree, OPTIONS, treeOf } from './trees.ts';

describe('tool labels (LS-19)', () => {
  it('come with the program for the tools agents use most', () => {
    for (const tool of ['exec', 'read', 'write', 'edit', 'web_search', 'sessions_spawn', 'message'])
      expect(BUILT_IN_LABELS.has(tool), tool).toBe(true);
  });

  it('are overridden entry by entry, the others stay', () => {
    const { labels, problems } = decodeToolLabels({ exec: 'shell', acme: { label: 'Acme', args: 'zone' }, read: { hidden: true } });
    expect(problems).toEqual([]);
    const merged = mergeLabels(labels);
    const calls = [
      callOf('1', 'exec', { command: 'ls' }),
      callOf('2', 'acme', { command: 'x', zone: 'eu' }),
      callOf('3', 'read', { path: 'a' }),
      callOf('4', 'write', { path: 'b' }),
    ];
    expect(drawTree(treeOf({ calls }), () => ACTIVE, { ...OPTIONS, labels: merged }).lines).toEqual([
      '◆ shell: `ls` [OK]',
      '◆ Acme: `eu` [OK]',
      '◆ write: `b` [OK]',
    ]);
  });

  it.each([
    [null, 1],
    [[], 1],
    ['exec', 1],
    [{ exec: 5 }, 1],
    [{ exec: { label: 5 } }, 1],
    [{ exec: { args: [5] } }, 1],
    [{ exec: { hidden: 'yes' }, read: 'Read' }, 1],
    [{ exec: {} }, 0],
  ])('that cannot be read are named and left out: %j', (value, count) => {
    expect(decodeToolLabels(value).problems).toHaveLength(count);
  });

  it('are as untrusted as everything else', () => {
    const { labels } = decodeToolLabels({ exec: '@all [x](http://evil.example)' });
    expect(drawTree(treeOf({ calls: [callOf('1', 'exec', { command: 'ls' })] }), () => ACTIVE, { ...OPTIONS, labels }).lines).toEqual([
      '◆ `@all [x] (http://evil.example)`: `ls` [OK]',
    ]);
  });
});
