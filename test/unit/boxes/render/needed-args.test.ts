import { describe, expect, it } from 'vitest';
import { neededArgs } from '../../../../src/boxes/render/needed-args.ts';
import { BUILT_IN_LABELS, decodeToolLabels } from '../../../../src/boxes/render/tool-labels.ts';
import { createDice } from '../../text/corpus.ts';
import { ACTIVE, callOf, drawTree, OPTIONS, treeOf } from './trees.ts';

const { labels } = decodeToolLabels({
  write: { args: ['path', 'file'] },
  message: { args: ['action'], to: ['target'], also: ['title'] },
  clock: { args: [], to: ['zone'] },
  plain: 'Plain',
});

describe('the arguments that a box may show', () => {
  it.each<[string, string, string[], string[]]>([
    ['those of a label', 'write', ['path', 'content'], ['path']],
    ['all where the call has none of them', 'write', ['content', 'mode'], ['content', 'mode']],
    ['addressee and object, too', 'message', ['action', 'target', 'title', 'text'], ['action', 'target', 'title']],
    ['all where a call has only its addressee', 'message', ['target', 'text'], ['target', 'text']],
    ['none but the addressee with an empty list', 'clock', ['zone', 'text'], ['zone']],
    ['all of a label without a list', 'plain', ['text', 'path'], ['text', 'path']],
    ['all of an unknown tool', 'acme', ['text', 'path'], ['text', 'path']],
  ])('are %s', (_, tool, names, needed) => {
    expect(neededArgs({ labels, verbosity: 'normal' }, tool, names)).toEqual(needed);
    expect(neededArgs({ labels, verbosity: 'quiet' }, tool, names)).toEqual(needed);
  });

  it('are all in detail', () => {
    expect(neededArgs({ labels, verbosity: 'detail' }, 'write', ['path', 'content'])).toEqual(['path', 'content']);
  });

  it('draw the same line as all arguments together, for every tool that has a label', () => {
    const dice = createDice(11);
    const names = [
      ...new Set([...BUILT_IN_LABELS.values()].flatMap(({ args = [], to = [], also = [] }) => [...args, ...to, ...also])),
      'text',
    ];
    for (const tool of [...BUILT_IN_LABELS.keys(), 'acme']) {
      for (let round = 0; round < 50; round++) {
        const chosen = names.filter(() => dice.below(4) === 0);
        const args = Object.fromEntries(chosen.map((name) => [name, `the ${name} of ${tool}`]));
        const needed = neededArgs(OPTIONS, tool, chosen);
        const fewer = Object.fromEntries(Object.entries(args).filter(([name]) => needed.includes(name)));
        const draw = (given: Record<string, string>) =>
          drawTree(treeOf({ calls: [callOf('c', tool, given)] }), () => ACTIVE, OPTIONS).lines;
        expect(draw(fewer)).toEqual(draw(args));
      }
    }
  });
});
