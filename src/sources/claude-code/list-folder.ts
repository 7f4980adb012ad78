// Lists the names in a folder of a home, and knows which folders need not be listed again.

import { lstatSync } from 'node:fs';
import { eachEntry } from '../../files/each-entry.ts';
import type { Refusal } from '../../files/open-file.ts';

/** The names that are not known yet, or why the folder cannot be listed. */
export async function listFolder(path: string, isKnown: (name: string) => boolean): Promise<string[] | Refusal> {
  const names: string[] = [];
  const refusal = await eachEntry(path, ({ name }) => {
    if (!isKnown(name)) names.push(name);
  });
  return refusal ?? names;
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
