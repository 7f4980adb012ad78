// Renames what may not be there. Owns no state.

import { renameSync } from 'node:fs';
import { errorCode } from '../core/error-code.ts';

/** Throws the file system's errors, but not that there is no such file. */
export function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
