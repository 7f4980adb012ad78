/** Builds `dist`: compiles `src`, copies what is read at run time and is no TypeScript, and makes the command executable. */

import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

process.chdir(ROOT);
rmSync('dist', { recursive: true, force: true });
// The compiler's findings go to stderr, which npm shows when it builds before it packs.
const compiled = spawnSync('node_modules/.bin/tsc', ['--project', 'tsconfig.build.json'], { stdio: ['ignore', 2, 2] });
if (compiled.status !== 0) process.exit(1);
cpSync('src', 'dist', { recursive: true, filter: (path) => statSync(path).isDirectory() || !path.endsWith('.ts') });
chmodSync('dist/main.js', 0o755);
