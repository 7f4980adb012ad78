// Finds a transcript that was renamed away while it was followed. Owns no state; reads names, never contents.

import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type ArchiveReason, fileKindOf } from './file-name.ts';
import { identityOf } from '../../../files/open-file.ts';

export interface Archived {
  path: string;
  reason: ArchiveReason;
}

/**
 * The sibling `<name>.reset.<ts>`, `.deleted.<ts>` or `.bak.<ts>` of `path` that is the file with this device and inode.
 * `undefined` when there is none or the folder cannot be read.
 */
export async function findArchived(path: string, file: { dev: string; ino: string }): Promise<Archived | undefined> {
  const transcript = basename(path);
  for (const name of await namesBeside(path)) {
    const kind = fileKindOf(name);
    if (kind.kind !== 'archived' || kind.transcript !== transcript) continue;
    const candidate = join(dirname(path), name);
    if (await isFile(candidate, file)) return { path: candidate, reason: kind.reason };
  }
  return undefined;
}

async function namesBeside(path: string): Promise<string[]> {
  try {
    return await readdir(dirname(path));
  } catch {
    return [];
  }
}

async function isFile(path: string, file: { dev: string; ino: string }): Promise<boolean> {
  try {
    const { dev, ino } = identityOf(await lstat(path, { bigint: true }));
    return dev === file.dev && ino === file.ino;
  } catch {
    return false;
  }
}
