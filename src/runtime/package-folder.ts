// Where the files of the installed package lie.

import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The absolute path of a file of the package, such as `deploy/status-watcher.service`. */
export function packagePath(...names: string[]): string {
  return join(ROOT, ...names);
}

/** The program as it was started, behind all links: an upgrade in place keeps this path. */
export function programPath(): string {
  return realpathSync(process.argv[1] ?? packagePath('dist', 'main.js'));
}
