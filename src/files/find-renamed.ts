// Finds a file that was renamed within its folder while it was followed. Reads names, never contents.

import { lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { identityOf } from './open-file.ts';

/**
 * The path of the file with this device and inode beside `path`, among those whose name `isLaterName` accepts.
 * `undefined` when there is none or the folder cannot be read.
 */
export async function findRenamed(
  path: string,
  file: { dev: string; ino: string },
  isLaterName: (name: string) => boolean,
): Promise<string | undefined> {
  for (const name of await namesBeside(path)) {
    const candidate = join(dirname(path), name);
    if (isLaterName(name) && (await isFile(candidate, file))) return candidate;
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
