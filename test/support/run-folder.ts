// One folder for everything that the tests of a run leave behind, removed at its end; and one for what Node compiles, which stays.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Vitest calls this before its workers start, which inherit the variables, and the answer after they have ended. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'live-status-tests-'));
  process.env['TMPDIR'] = folder;
  process.env['NODE_COMPILE_CACHE'] = resolve('.cache/compiled');
  return () => rmSync(folder, { recursive: true, force: true });
}
