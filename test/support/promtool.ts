// Prometheus's own checker of rules and metrics, where this machine has it.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hasProgram } from './has-program.ts';

const BROUGHT = fileURLToPath(new URL('../../.cache/promtool/promtool', import.meta.url));

export const hasPromtool = hasProgram('promtool') || existsSync(BROUGHT);

/** The title of tests that need it. */
export const PROMTOOL_TITLE = hasPromtool ? 'promtool' : 'promtool, which is missing and which scripts/get-promtool.sh brings: SKIPPED';

/** Runs it over `input`, and throws with its words when it finds something. */
export function promtool(args: readonly string[], input = ''): string {
  return execFileSync(existsSync(BROUGHT) ? BROUGHT : 'promtool', args, { encoding: 'utf8', input });
}
