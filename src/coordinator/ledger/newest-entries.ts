// Reads the newest entries of a ledger, for people.

import { decodeEntry, type LedgerEntry } from './entry.ts';
import { type LedgerLine, readLedger } from './ledger-lines.ts';

/** An entry with the number of its line, from 1. */
export type NumberedEntry = LedgerEntry & { line: number };

/** The newest `count` entries, oldest first; lines that are no entries are left out. Throws when the file cannot be read. */
export async function newestEntries(path: string, count: number): Promise<NumberedEntry[]> {
  const newest: { line: number; text: LedgerLine }[] = [];
  let line = 0;
  const keep = (text: LedgerLine): void => {
    newest.push({ line: ++line, text });
    if (newest.length > count) newest.shift();
  };
  const end = await readLedger(path, keep);
  if (end !== undefined) keep(end.rest);
  return newest.flatMap((found) => {
    const entry = found.text === undefined ? undefined : decodeEntry(found.text);
    return entry === undefined ? [] : [{ ...entry, line: found.line }];
  });
}
