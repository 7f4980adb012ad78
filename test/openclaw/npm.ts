// Runs npm, and programs that run npm. A registry that fails once is asked once more.

import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface NpmWishes {
  /** The package whose install script may run. */
  mayRunScripts?: string;
  /** Packages that are replaced by those of `empty-packages`. */
  emptied?: readonly string[];
  /** Most versions do without what is optional; it is hundreds of megabytes. */
  optional?: 'omitted' | 'needed';
}

const EMPTY_PACKAGES = join(import.meta.dirname, 'empty-packages');
const INSTALL_LIMIT_MS = 15 * 60_000; // it takes about a minute; a registry that trickles is as good as none
const SHOWN_OUTPUT = 2_000;
const TRIES = 2;
// Under `npm run -s` the inner npm would not say why it fails.
const FLAGS = ['install', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];

/** Installs one package into a folder that exists. Rejects with npm's own words. */
export async function npmInstall(
  folder: string,
  name: string,
  { mayRunScripts, emptied = [], optional = 'omitted' }: NpmWishes,
): Promise<void> {
  for (const each of emptied) cpSync(join(EMPTY_PACKAGES, each), join(folder, `empty-${each}`), { recursive: true });
  const manifest = {
    private: true,
    overrides: Object.fromEntries(emptied.map((each) => [each, `file:./empty-${each}`])),
    allowScripts: mayRunScripts === undefined ? {} : { [mayRunScripts]: true },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const scripts = `--ignore-scripts=${String(mayRunScripts === undefined)}`;
  const flags = optional === 'omitted' ? [...FLAGS, '--omit=optional'] : FLAGS;
  await run(`npm cannot install ${name}`, 'npm', [...flags, scripts, name], { cwd: folder, env: npmEnvironment() });
}

/** Runs a program that installs something, twice if need be. Rejects with `failure` and what the program said the last time. */
export async function run(
  failure: string,
  program: string,
  args: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<void> {
  for (let left = TRIES - 1; ; left -= 1) {
    const { code, output } = await endOf(
      spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], timeout: INSTALL_LIMIT_MS }),
    );
    if (code === 0) return;
    if (left === 0) throw new Error(`${failure}, tried ${TRIES} times (exit ${code}):\n${output.trim().slice(-SHOWN_OUTPUT)}`);
  }
}

/** Under `npm run`, npm's own variables would tell the inner npm to install elsewhere. Its settings stay those of the user. */
export function npmEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle|command|config_(local_)?prefix)/.test(name));
  return { NPM_CONFIG_USERCONFIG: join(homedir(), '.npmrc'), ...Object.fromEntries(inherited) };
}

function endOf(child: ChildProcess): Promise<{ code: number | string; output: string }> {
  let output = '';
  child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (output += data.toString()));
  return new Promise((done) => {
    child.on('error', (error) => done({ code: 'none', output: String(error) }));
    child.on('close', (code, signal) => done({ code: code ?? signal ?? 'unknown', output }));
  });
}
