// Finds a file that was renamed within its folder while it was followed. Reads names, never contents.

import { lstatSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { identityOf } from './open-file.ts';

/**
 * The path of the file with this device and inode beside `path`, among those whose name `isLaterName` accepts.
 * `undefined` when there is none or the folder cannot be read.
 */
export function findRenamed(path: string, file: { dev: string; ino: string }, isLaterName: (name: string) => boolean): string | undefined {
  for (const name of namesBeside(path)) {
    const candidate = join(dirname(path), name);
    if (isLaterName(name) && isFile(candidate, file)) return candidate;
  }
  return undefined;
}

function namesBeside(path: string): string[] {
  try {
    return readdirSync(dirname(path));
  } catch {
    return [];
  }
}

function isFile(path: string, file: { dev: string; ino: string }): boolean {
  try {
    const { dev, ino } = identityOf(lstatSync(path, { bigint: true }));
    return dev === file.dev && ino === file.ino;
  } catch {
    return false;
  }
}
