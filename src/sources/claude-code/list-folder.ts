// Lists the names in a folder. Tens of thousands of them do not block the event loop.

import { lstatSync, opendirSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Refusal, refusalOf } from '../../files/open-file.ts';

const ENTRIES_AT_ONCE = 128; // well below a millisecond without a turn of the event loop

/** The names that are not known yet, or why the folder cannot be listed. */
export async function listFolder(path: string, isKnown: (name: string) => boolean): Promise<string[] | Refusal> {
  const names: string[] = [];
  try {
    let count = 0;
    for (const name of namesIn(path)) {
      if (!isKnown(name)) names.push(name);
      if (++count % ENTRIES_AT_ONCE === 0) await nextTurn();
    }
    return names;
  } catch (error) {
    return refusalOf(error);
  }
}

function* namesIn(path: string): Generator<string> {
  const folder = opendirSync(path, { bufferSize: ENTRIES_AT_ONCE });
  try {
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) yield entry.name;
  } finally {
    folder.closeSync();
  }
}

/** Longer than the clock of a file system takes to tell two changes apart. */
const SURE_MS = 2_000;

/** Remembers in which folders no name can have come or gone since they were listed. */
export class UnchangedFolders {
  readonly #now: () => number;
  readonly #listedByPath = new Map<string, { mtimeMs: number; at: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether the folder must be listed. It counts as listed from now on. */
  mustList(path: string): boolean {
    const mtimeMs = changeOf(path);
    if (mtimeMs === undefined) return true;
    const before = this.#listedByPath.get(path);
    if (before?.mtimeMs === mtimeMs && mtimeMs < before.at - SURE_MS) return false;
    this.#listedByPath.set(path, { mtimeMs, at: this.#now() });
    return true;
  }
}

function changeOf(path: string): number | undefined {
  try {
    return lstatSync(path).mtimeMs;
  } catch {
    return undefined;
  }
}
