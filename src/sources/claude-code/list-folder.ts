// Lists the names in a folder. Tens of thousands of them do not block the event loop.

import { lstat, opendir } from 'node:fs/promises';
import { type Refusal, refusalOf } from '../../files/open-file.ts';

const ENTRIES_AT_ONCE = 128;

/** The names that are not known yet, or why the folder cannot be listed. */
export async function listFolder(path: string, isKnown: (name: string) => boolean): Promise<string[] | Refusal> {
  const names: string[] = [];
  try {
    for await (const { name } of await opendir(path, { bufferSize: ENTRIES_AT_ONCE })) if (!isKnown(name)) names.push(name);
    return names;
  } catch (error) {
    return refusalOf(error);
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
  async mustList(path: string): Promise<boolean> {
    const mtimeMs = await lstat(path).then(
      (stats) => stats.mtimeMs,
      () => undefined,
    );
    if (mtimeMs === undefined) return true;
    const before = this.#listedByPath.get(path);
    if (before?.mtimeMs === mtimeMs && mtimeMs < before.at - SURE_MS) return false;
    this.#listedByPath.set(path, { mtimeMs, at: this.#now() });
    return true;
  }
}
