// Lists the names in a folder of a home, and knows which folders need not be listed again.

import { readdirSync } from 'node:fs';
import { type Refusal, refusalOf } from '../../files/open-file.ts';
import type { Folder } from '../../files/watched-folders.ts';

/** The names that are not known yet, or why the folder cannot be listed. In one go: ten thousand names take some milliseconds. */
export function listFolder(path: string, isKnown: (name: string) => boolean): string[] | Refusal {
  try {
    return readdirSync(path).filter((name) => !isKnown(name));
  } catch (error) {
    return refusalOf(error);
  }
}

/** Longer than the clock of a file system takes to tell two changes apart. */
const SURE_MS = 2_000;

/** Remembers in which folders no name can have come or gone since they were listed. */
export class UnchangedFolders {
  readonly #now: () => number;
  readonly #listedByPath = new Map<string, { changedAt: number; at: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether the folder must be listed. It counts as listed from now on. */
  mustList({ path, namesChangedAt }: Folder): boolean {
    if (namesChangedAt === undefined) return true;
    const before = this.#listedByPath.get(path);
    if (before?.changedAt === namesChangedAt && namesChangedAt < before.at - SURE_MS) return false;
    this.#listedByPath.set(path, { changedAt: namesChangedAt, at: this.#now() });
    return true;
  }
}
