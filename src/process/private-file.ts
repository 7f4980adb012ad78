// Makes files that only this user may read, independent of the umask and of modes that an earlier version left.

import { chmodSync, closeSync, constants, fchmodSync, fstatSync, lstatSync, openSync } from 'node:fs';
import { errorCode } from '../core/error-code.ts';

const PRIVATE_MODE = 0o600;

/** Opens a file, never through a link, and makes a regular file private. Throws the errors of the file system. */
export function openPrivate(path: string, flags: number): number {
  const file = openSync(path, flags | constants.O_NOFOLLOW, PRIVATE_MODE);
  try {
    const stats = fstatSync(file);
    // A log may be a device such as /dev/null, which belongs to everybody.
    if (stats.isFile() && (stats.mode & 0o777) !== PRIVATE_MODE) fchmodSync(file, PRIVATE_MODE);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Creates an empty private file, or makes an existing one private. Throws the errors of the file system, and for a link. */
export function ensurePrivate(path: string): void {
  try {
    closeSync(openPrivate(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    makePrivate(path);
  }
}

/** Uses no handle: closing one would drop the locks that another connection of this process has on a database. */
export function makePrivate(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isFile()) throw new Error(`${path} is not a regular file`);
  if ((stats.mode & 0o777) !== PRIVATE_MODE) chmodSync(path, PRIVATE_MODE);
}
