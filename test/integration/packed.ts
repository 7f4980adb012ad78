// The packed file, and the program installed from it: made once for all tests of a run, in the folder that is removed at its end.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** With the Node that runs this, whatever the machine has besides. */
export const NODE_PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);

export interface Packed {
  /** The absolute path of the packed file. */
  readonly path: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

/** What `npm pack` makes of this tree. */
export function packedFile(): Packed {
  const folder = madeOnce('packed', 'npm pack --json --pack-destination "$1" --loglevel=error > "$1/packed.json"');
  const [packed] = JSON.parse(readFileSync(join(folder, 'packed.json'), 'utf8')) as Omit<Packed, 'path'>[];
  if (packed === undefined) throw new Error('npm pack named no package.');
  return { ...packed, path: join(folder, packed.filename) };
}

/** A prefix of npm into which the packed file was installed. */
export function installedPrefix(): string {
  const { path } = packedFile();
  return madeOnce('installed', `npm install --global --prefix "$1" --prefer-offline --loglevel=error '${path}'`);
}

/** Runs the commands in this tree, with `$1` an empty folder, unless another test of this run did already; gives the folder. */
function madeOnce(name: string, commands: string): string {
  const folder = join(tmpdir(), name);
  mkdirSync(folder, { recursive: true });
  const once = `test -e "$1/.made" || { ${commands}; touch "$1/.made"; }`;
  const env = { ...process.env, PATH: NODE_PATH };
  execFileSync('flock', [`${folder}.lock`, 'sh', '-ec', once, 'sh', folder], { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'inherit'] });
  return folder;
}
