// Reads the lines of a ledger. Every line counts, because lines are numbered and chained.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SplitLine } from '../../files/line-splitter.ts';
import { reasonOf } from '../../files/open-file.ts';
import { Tail, type TailOptions } from '../../files/tail.ts';

export const MAX_LINE_BYTES = 1_048_576; // no entry of any writer comes near
const CHUNK_BYTES = 65_536; // about a hundred entries: a millisecond or two of hashing between two reads

/** `undefined` is a line that was too long. */
export type LedgerLine = string | undefined;

/** The operator named the ledger, so it may be a link. A ledger that became shorter was altered, so nothing needs to settle. */
export function tailOptions(path: string): Omit<TailOptions, 'clock'> {
  return { path, root: undefined, followsLinks: true, everyLine: true, chunkBytes: CHUNK_BYTES, maxLineBytes: MAX_LINE_BYTES, settleMs: 0 };
}

export function lineIn({ text, isTooLong }: Omit<SplitLine, 'end'>): LedgerLine {
  return isTooLong === true ? undefined : text;
}

/**
 * Feeds every line that has an end, and returns the rest without one, if there is any. Holds one line and one chunk at most.
 * Throws an error with a reason for people when the file cannot be read.
 */
export async function readLedger(path: string, feed: (line: LedgerLine) => void): Promise<{ rest: LedgerLine } | undefined> {
  const tail = new Tail({ ...tailOptions(path), clock: { monotonic: () => 0, now: () => 0 } });
  for (;;) {
    const read = await tail.read();
    if (read.change === 'refused') throw new Error(reasonOf(read.refusal));
    if (tail.position() === undefined) throw new Error(reasonOf('missing'));
    if ('lines' in read) for (const line of read.lines) feed(lineIn(line));
    if (!('lines' in read) || !read.more) break;
    await nextTurn();
  }
  const rest = await tail.rest();
  return rest === undefined ? undefined : { rest: lineIn(rest) };
}
