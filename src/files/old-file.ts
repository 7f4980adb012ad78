// A file that was old when it was found and was never read since. Nearly all files of a source are such, so little is kept of each.

import type { FileLook } from './file-checks.ts';

export interface OldFile<File> {
  readonly path: string;
  readonly seen: FileLook;
  /** Makes its record, should it ever be read. Shared by many files. */
  readonly make: (path: string) => File;
}

export function isOld<File extends object>(known: File | OldFile<File> | undefined): known is OldFile<File> {
  return known !== undefined && 'make' in known;
}
