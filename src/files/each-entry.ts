// Goes through a folder. Tens of thousands of names do not block the event loop.

import { type Dirent, opendirSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Refusal, refusalOf } from './open-file.ts';

const ENTRIES_AT_ONCE = 128; // well below a millisecond without a turn of the event loop

/** Shows every entry to `visit`. Resolves with why the folder cannot be listed, if so. */
export async function eachEntry(path: string, visit: (entry: Dirent) => void): Promise<Refusal | undefined> {
  try {
    let count = 0;
    for (const entry of entriesIn(path)) {
      visit(entry);
      if (++count % ENTRIES_AT_ONCE === 0) await nextTurn();
    }
    return undefined;
  } catch (error) {
    return refusalOf(error);
  }
}

function* entriesIn(path: string): Generator<Dirent> {
  const folder = opendirSync(path, { bufferSize: ENTRIES_AT_ONCE });
  try {
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) yield entry;
  } finally {
    folder.closeSync();
  }
}
