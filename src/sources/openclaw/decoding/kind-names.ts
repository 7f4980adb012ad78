// Short harmless names for the kinds of entries that a decoder does not know.

import type { SafeText } from './safe-text.ts';

const MAX_KINDS = 30; // names come from the file, so we trust neither their number nor their length
const MAX_KIND_CHARS = 60;

/** Names the kinds of one file. From some number on every new one is called `other`. */
export function createKindNames(safe: SafeText): (kind: string) => string {
  const known = new Set<string>();
  return (kind) => {
    const name = safe.line(kind, MAX_KIND_CHARS).replace(/[^\w:./-]/g, '_');
    if (known.size < MAX_KINDS) known.add(name);
    return known.has(name) ? name : 'other';
  };
}
