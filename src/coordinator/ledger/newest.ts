// The last entries of a ledger, for people.

import { open } from 'node:fs/promises';
import { decodeEntry, type LedgerEntry } from './entry.ts';
import { type FramedLine, LineFramer } from './lines.ts';
import { CHUNK_BYTES } from './verify.ts';

/** An entry with the number of its line, from 1. */
export type NumberedEntry = LedgerEntry & { line: number };

/** The newest `count` entries, oldest first; lines that are no entries are left out. Throws the file system's errors. */
export async function newestEntries(path: string, count: number): Promise<NumberedEntry[]> {
  const newest: { line: number; text: FramedLine }[] = [];
  let line = 0;
  const keep = (text: FramedLine): void => {
    newest.push({ line: ++line, text });
    if (newest.length > count) newest.shift();
  };
  const framer = new LineFramer();
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) break;
      for (const text of framer.feed(buffer.subarray(0, bytesRead))) keep(text);
    }
  } finally {
    await file.close();
  }
  if (framer.hasRest()) keep(framer.rest());
  return newest.flatMap((found) => {
    const entry = found.text === undefined ? undefined : decodeEntry(found.text);
    return entry === undefined ? [] : [{ ...entry, line: found.line }];
  });
}
