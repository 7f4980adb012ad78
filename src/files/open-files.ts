// Opens the files that are read again and again, and keeps the descriptors of some of them open: what costs at each read is then one
// `lstat`. Owns these descriptors. Knows nothing of what is in the files.

import { closeSync, lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { type FileIdentity, type FilePlace, identityOf, isInside, openRegular, type Opened } from './open-file.ts';

/** How a reader gets at its file. `use` must be done with it when it returns: nothing may read from it later. */
export interface FileOpener {
  read<T>(place: FilePlace, use: (opened: Opened) => T): T;
}

/** Opens the file for each reading. */
export const OPENS_EACH_TIME: FileOpener = {
  read(place, use) {
    const opened = openRegular(place);
    try {
      return use(opened);
    } finally {
      if (opened.kind === 'open') closeSync(opened.fd);
    }
  },
};

type Kept = Extract<Opened, { kind: 'open' }> & Pick<FilePlace, 'root'>;

/** How many files are kept open by all that share this, and how many may be. */
export interface KeptCount {
  kept: number;
  readonly max: number;
}

/** Of all sources: half of what a process may have open by default. More files are opened for each reading. */
const OF_THIS_PROCESS: KeptCount = { kept: 0, max: 512 };

/** All places must be without `followsLinks`. */
export class OpenFiles implements FileOpener {
  readonly #keptByPath = new Map<string, Kept>();
  readonly #count: KeptCount;

  constructor(count = OF_THIS_PROCESS) {
    this.#count = count;
  }

  get size(): number {
    return this.#keptByPath.size;
  }

  read<T>(place: FilePlace, use: (opened: Opened) => T): T {
    const kept = this.#stillThere(place.path);
    if (kept !== undefined) return use(kept);
    if (this.#count.kept >= this.#count.max) return OPENS_EACH_TIME.read(place, use);
    return use(this.#open(place));
  }

  /** Nobody will read this file soon. */
  close(path: string): void {
    const kept = this.#keptByPath.get(path);
    if (kept === undefined) return;
    this.#keptByPath.delete(path);
    this.#count.kept -= 1;
    closeSync(kept.fd);
  }

  closeAll(): void {
    for (const path of this.#keptByPath.keys()) this.close(path);
  }

  /** Closes files whose folder is no longer where its name says; their next reading refuses them. Call it now and then. */
  recheck(): void {
    const isGoodByFolder = new Map<string, boolean>();
    for (const [path, { root }] of this.#keptByPath) {
      const folder = dirname(path);
      const isGood = isGoodByFolder.get(folder) ?? (root === undefined || isSurelyInside(folder, root));
      isGoodByFolder.set(folder, isGood);
      if (!isGood) this.close(path);
    }
  }

  #open({ path, root }: FilePlace): Opened {
    const first = openRegular({ path, root });
    const areUsedUp = first.kind === 'refused' && first.refusal === 'exhausted';
    if (areUsedUp) this.closeAll();
    const opened = areUsedUp ? openRegular({ path, root }) : first;
    if (opened.kind !== 'open') return opened;
    this.#keptByPath.set(path, { ...opened, root });
    this.#count.kept += 1;
    return opened;
  }

  /** The kept file as it is now, if the path still leads to it and nobody has changed who may read it. */
  #stillThere(path: string): Kept | undefined {
    const kept = this.#keptByPath.get(path);
    if (kept === undefined) return undefined;
    const identity = identityAt(path);
    if (identity !== undefined && isSameFile(identity, kept.identity)) return { ...kept, identity };
    this.close(path);
    return undefined;
  }
}

function identityAt(path: string): FileIdentity | undefined {
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? undefined : identityOf(stats);
  } catch {
    return undefined; // opening it says why
  }
}

function isSameFile(one: FileIdentity, other: FileIdentity): boolean {
  const isFile = one.ino === other.ino && one.dev === other.dev;
  return isFile && one.mode === other.mode && one.uid === other.uid && one.gid === other.gid;
}

function isSurelyInside(folder: string, root: string): boolean {
  try {
    return isInside(folder, root);
  } catch {
    return false;
  }
}
