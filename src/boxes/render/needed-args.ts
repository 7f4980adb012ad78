// Tells which arguments of a call a box may show, so that nobody redacts what a call only carries, such as the text of a file. Pure.

import type { RenderOptions } from './render-options.ts';

/** Of a call's arguments, by their names, those of which a box may show something: all when its label names none of them. */
export function neededArgs(
  { labels, verbosity }: Pick<RenderOptions, 'labels' | 'verbosity'>,
  tool: string,
  names: readonly string[],
): readonly string[] {
  const { args, to = [], also = [] } = labels.get(tool) ?? {};
  const isLabelled = args !== undefined && (args.length === 0 || names.some((name) => args.includes(name)));
  if (verbosity === 'detail' || !isLabelled) return names;
  return names.filter((name) => [args, to, also].some((shown) => shown.includes(name)));
}
