// One folder for everything that the tests of a run leave behind, removed at its end.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Vitest calls this before its workers start, which inherit the variable, and the answer after they have ended. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'live-status-tests-'));
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
