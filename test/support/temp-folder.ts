// Folders for tests with real files. `run-folder.ts` removes those of a whole run.

import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const IN_MEMORY = '/dev/shm';

/** A new folder on a disk. It is removed with everything else that the tests of a run leave behind. */
export function tempFolder(name = 'test'): string {
  return mkdtempSync(join(tmpdir(), `live-status-${name}-`));
}

/** A new folder in memory, where the machine has such a place; removed when the test ends. */
export function tempFolderInMemory(): string {
  const folder = mkdtempSync(join(hasMemoryFolder() ? IN_MEMORY : tmpdir(), 'live-status-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function hasMemoryFolder(): boolean {
  try {
    accessSync(IN_MEMORY, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
