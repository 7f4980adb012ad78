// Verifies a whole ledger, streaming: a million lines need no more memory than one.

import { Chain, type ChainFacts } from './chain.ts';
import { decodeEntry } from './entry.ts';
import { readLedger } from './ledger-lines.ts';

export interface Verification extends ChainFacts {
  /** The line that has no end: a writer died in the middle of it, or the file was edited. */
  tornLine?: number;
}

/** Throws an error with a reason for people when the file cannot be read. */
export async function verifyLedger(path: string): Promise<Verification> {
  const chain = new Chain();
  const end = await readLedger(path, (line) => void chain.feed(line));
  if (end === undefined) return chain.facts();
  const { rest } = end;
  // A last line without an end is still an entry when it is whole: editors drop the last line feed.
  if (rest !== undefined && decodeEntry(rest) !== undefined) {
    chain.feed(rest);
    return chain.facts();
  }
  const facts = chain.facts();
  return { ...facts, tornLine: facts.lines + 1 };
}

/** The verdict in one line: `intact`, `forked at line 4`, `tampered at line 2`, with forms and the number of lines. */
export function describeVerdict({ lines, breaks, breakCounts, lineageLines, lineageCount, dialect, tornLine }: Verification): string {
  const broken = (['tampered', 'damaged', 'forked'] as const).flatMap((kind) => {
    const first = breaks.find((found) => found.kind === kind);
    if (breakCounts[kind] === 0) return [];
    const more = breakCounts[kind] - 1;
    return [`${kind} at line ${first?.line ?? '?'}${more > 0 ? ` and ${more} more` : ''}`];
  });
  const torn = tornLine === undefined ? [] : [`torn at line ${tornLine}`];
  const lineage =
    lineageCount === 0 ? [] : [`lineage form at line ${lineageLines.join(', ')}${lineageCount > lineageLines.length ? ', …' : ''}`];
  const plugin = dialect === 'plugin' || dialect === 'mixed' ? [dialect === 'plugin' ? 'plugin dialect' : 'two dialects'] : [];
  const verdict = [...broken, ...torn];
  return [...(verdict.length === 0 ? ['intact'] : verdict), ...lineage, ...plugin, `${lines} ${lines === 1 ? 'line' : 'lines'}`].join(', ');
}

/** Whether every line is as its writer left it and in one chain. */
export function isIntact({ breaks, tornLine }: Verification): boolean {
  return breaks.length === 0 && tornLine === undefined;
}
