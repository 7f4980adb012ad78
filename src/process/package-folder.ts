// The paths of the installed package.

import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The absolute path of a file of the package, such as `deploy/status-watcher.service`. */
export function packagePath(...names: string[]): string {
  return join(ROOT, ...names);
}

/** The path of the running program with all links resolved: an upgrade in place keeps it. */
export function programPath(): string {
  return realpathSync(process.argv[1] ?? packagePath('dist', 'main.js'));
}
