// All kinds of secrets that the generator knows: the shapes of the product's own table, and keys that only a name gives away.

import { SHAPE_ROWS } from '../../../src/text/redact-shape-table.ts';
import type { Kind } from './generator.ts';
import { NAMED_KINDS } from './named-kinds.ts';

const SHAPED: Kind[] = SHAPE_ROWS.map(([name, template, source]) => ({
  name,
  template,
  hasShape: true,
  variable: variableOf(name, source),
}));
const NAMED: Kind[] = NAMED_KINDS.map(([variable, template]) => ({ name: variable, variable, template, hasShape: false }));

export const KINDS: readonly Kind[] = [...SHAPED, ...NAMED];

/** As gitleaks calls it, or as the row does. */
function variableOf(name: string, source: string): string {
  const rule = /gl:(\S+)/.exec(source)?.[1];
  return (rule ?? name).replace(/[^A-Za-z0-9]+/g, '_').toUpperCase();
}
