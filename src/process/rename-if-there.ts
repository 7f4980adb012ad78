// Renames a file that may be missing.

import { renameSync } from 'node:fs';
import { errorCode } from '../core/error-code.ts';

/** Does nothing when the file is missing; throws the other errors of the file system. */
export function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
