// Builds and runs images without a registry of images and without an engine that runs all the time: debootstrap, buildah, podman.
// What is built stays in `.cache/deploy`.

import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { tempFolder } from '../support/temp-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const CACHE = join(ROOT, '.cache', 'deploy');
const STORAGE = ['--root', join(CACHE, 'storage'), '--runroot', join(CACHE, 'run')];
const ENGINE = ['--runtime', 'runc', '--cgroup-manager', 'cgroupfs'];
export const CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';
const MAX_OUTPUT_BYTES = 64 << 20;
/** A container may not raise what this process was given. */
export const LIMITS = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=4096:4096'];

const run = promisify(execFile);

export interface Ran {
  readonly code: number;
  readonly out: string;
}

/** Runs a program to its end and gives what it said on both channels; never rejects for an exit code. */
async function attempt(program: string, args: readonly string[], cwd = ROOT): Promise<Ran> {
  try {
    const running = run(program, args, { maxBuffer: MAX_OUTPUT_BYTES, cwd });
    running.child.stdin?.end();
    const { stdout, stderr } = await running;
    return { code: 0, out: stdout + stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: number | string; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { code, out: stdout + stderr };
  }
}

async function must(program: string, args: readonly string[]): Promise<string> {
  const { code, out } = await attempt(program, args);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed with ${code}:\n${out.slice(-4_000)}`);
  return out;
}

export async function podman(...args: string[]): Promise<Ran> {
  return attempt('podman', [...STORAGE, ...ENGINE, ...args]);
}

/** Debian's podman-compose asks for its own network beside `network_mode: host`; podman takes one or the other. */
const ENGINE_OF_COMPOSE = `#!/bin/bash
args=()
while [ $# -gt 0 ]; do
  case "$1" in
    --net | --network-alias) shift 2 ;;
    *) args+=("$1"); shift ;;
  esac
done
exec podman ${[...STORAGE, ...ENGINE].join(' ')} "\${args[@]}"
`;

/** Runs compose files of a folder; options of the program itself may stand before the command. */
export async function compose(folder: string, files: readonly string[], ...args: string[]): Promise<Ran> {
  const engine = join(folder, 'engine');
  const limits = `--podman-run-args=${LIMITS.join(' ')}`;
  writeFileSync(engine, ENGINE_OF_COMPOSE, { mode: 0o755 });
  return attempt('podman-compose', ['--podman-path', engine, limits, ...files.flatMap((file) => ['-f', file]), ...args], folder);
}

/** Starts a container in the background and gives its name. */
export async function startContainer(name: string, options: readonly string[], image: string, ...command: string[]): Promise<string> {
  await podman('rm', '--force', '--ignore', name);
  const { code, out } = await podman('run', '--detach', '--name', name, ...LIMITS, ...options, image, ...command);
  if (code !== 0) throw new Error(`The container ${name} does not start:\n${out}`);
  return name;
}

async function build(tag: string, folder: string, file: string, options: readonly string[] = []): Promise<void> {
  const shared = ['--isolation', 'chroot', '--format', 'docker', '--network', 'host'];
  await must('buildah', [...STORAGE, 'bud', ...shared, ...options, '--tag', tag, '--file', file, folder]);
}

async function isBuilt(tag: string): Promise<boolean> {
  return (await podman('image', 'exists', tag)).code === 0;
}

/** A Debian, the same with Node and npm, and the same with systemd; built once. */
export const images = {
  debian: 'localhost/test-debian',
  node: 'localhost/test-node',
  systemd: 'localhost/test-systemd',
  own: 'localhost/live-status',
};

export async function buildBases(): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  if (!(await isBuilt(images.debian))) await buildDebian();
  if (!(await isBuilt(images.node))) await buildNode();
  if (!(await isBuilt(images.systemd))) await buildSystemd();
}

async function buildDebian(): Promise<void> {
  const folder = mkdtempSync(join(CACHE, 'debian-'));
  await twice(async () => must('debootstrap', ['--variant=minbase', 'bookworm', join(folder, 'root')]));
  rmSync(join(folder, 'root', 'var', 'cache', 'apt'), { recursive: true });
  await must('tar', ['--directory', join(folder, 'root'), '--create', '--file', join(folder, 'root.tar'), '.']);
  writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nADD root.tar /\nCMD ["/bin/bash"]\n');
  await build(images.debian, folder, join(folder, 'Dockerfile'));
  rmSync(folder, { recursive: true });
}

async function buildNode(): Promise<void> {
  const folder = mkdtempSync(join(CACHE, 'node-'));
  cpSync(process.execPath, join(folder, 'node'));
  const npm = realpathSync(execFileSync('which', ['npm'], { encoding: 'utf8' }).trim());
  cpSync(dirname(dirname(npm)), join(folder, 'npm'), { recursive: true });
  const lines = [
    `FROM ${images.debian}`,
    'COPY node /usr/local/bin/node',
    'COPY npm /usr/local/lib/node_modules/npm',
    'RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && chmod +x /usr/local/bin/node',
  ];
  writeFileSync(join(folder, 'Dockerfile'), `${lines.join('\n')}\n`);
  await build(images.node, folder, join(folder, 'Dockerfile'));
  rmSync(folder, { recursive: true });
}

async function buildSystemd(): Promise<void> {
  const folder = mkdtempSync(join(CACHE, 'systemd-'));
  const install =
    'apt-get update && apt-get install --yes --no-install-recommends systemd dbus dbus-user-session && rm -rf /var/lib/apt/lists/*';
  writeFileSync(join(folder, 'Dockerfile'), `FROM ${images.node}\nRUN ${install}\n`);
  await twice(async () => build(images.systemd, folder, join(folder, 'Dockerfile')));
  rmSync(folder, { recursive: true });
}

/** The image of the project, from its own Dockerfile. npm inside the build is set up as npm is outside. */
export async function buildOwn(): Promise<void> {
  const npmrc = join(tempFolder('npmrc'), 'npmrc');
  writeFileSync(npmrc, npmSettings());
  const volumes = ['--volume', `${npmrc}:/root/.npmrc:ro`, ...(existsSync(CA_BUNDLE) ? ['--volume', `${CA_BUNDLE}:${CA_BUNDLE}:ro`] : [])];
  const bases = ['--build-arg', `NODE_IMAGE=${images.node}`, '--build-arg', `BASE_IMAGE=${images.debian}`];
  await twice(async () => build(images.own, ROOT, join(ROOT, 'Dockerfile'), ['--layers', ...volumes, ...bases]));
}

/** The registry of npm as it is set up on this machine, for a container that has the same bundle of certificates. */
export function npmSettings(): string {
  const get = (name: string): string => execFileSync('npm', ['config', 'get', name], { encoding: 'utf8' }).trim();
  return `registry=${get('registry')}\n${get('cafile') === 'null' ? '' : `cafile=${CA_BUNDLE}\n`}`;
}

/** Once more where a registry did not answer. */
async function twice<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch {
    return act();
  }
}
