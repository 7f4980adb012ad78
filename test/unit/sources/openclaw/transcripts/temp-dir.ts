import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

function fastestDir(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

/** A real directory, in memory where the machine has such a place; removed when the test ends. */
export function tempDir(): string {
  const dir = mkdtempSync(join(fastestDir(), 'transcripts-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A real directory on a disk. */
export function tempDirOnDisk(): string {
  const dir = mkdtempSync(join(tmpdir(), 'transcripts-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
