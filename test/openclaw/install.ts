// Installs real OpenClaw versions, each with the Node it wants and the official Mattermost plugin, into a cache folder.

import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** One installed OpenClaw. */
export interface Installation {
  version: string;
  /** The Node that this version runs with. */
  node: string;
  /** The program's script. */
  entry: string;
  /** Where it runs: the plugin's record of its origin holds in this place only, so that there is one gateway at a time. */
  home: string;
  /** Empties `home` but for the plugin. */
  reset(): void;
}

interface Wanted {
  version: string;
  plugin: string;
  node: string;
}

/** The newest version, which keeps its transcripts in SQLite, and the last one that wrote them as JSONL. */
const VERSIONS: readonly Wanted[] = [
  { version: '2026.9.6', plugin: '2026.9.5', node: '26.10.0' },
  { version: '2026.7.35', plugin: '2026.7.35', node: '24.21.0' },
];

/** Where installations are kept between runs. */
export const CACHE = resolve(import.meta.dirname, '../../.cache/openclaw');
const INSTALL_LIMIT_MS = 15 * 60_000; // it takes about a minute; a registry that trickles is as good as none
const SHOWN_OUTPUT = 2_000;

/** Installs whatever is missing in `cache`. Rejects with words that say what could not be installed, and why. */
export async function installOpenClaw(cache: string, progress: (words: string) => void): Promise<Installation[]> {
  const installed: Installation[] = [];
  for (const wanted of VERSIONS) installed.push(await ensure(cache, wanted, progress));
  return installed;
}

async function ensure(cache: string, wanted: Wanted, progress: (words: string) => void): Promise<Installation> {
  const folder = join(cache, wanted.version);
  const mark = join(folder, 'complete');
  const installation = installationIn(folder, wanted);
  if (existsSync(mark) && readFileSync(mark, 'utf8') === JSON.stringify(wanted)) {
    progress(`OpenClaw ${wanted.version}: already installed`);
    return installation;
  }
  progress(`OpenClaw ${wanted.version}: installing it with Node ${wanted.node} and plugin ${wanted.plugin} (about a minute, 700 MB)`);
  const startedAt = performance.now();
  rmSync(folder, { recursive: true, force: true });
  await installPackages(folder, wanted);
  await installPlugin(folder, installation, wanted);
  // Last: an install that was cut off must not look like one.
  writeFileSync(mark, JSON.stringify(wanted));
  progress(`OpenClaw ${wanted.version}: installed in ${Math.round((performance.now() - startedAt) / 1000)} s`);
  return installation;
}

function installationIn(folder: string, { version }: Wanted): Installation {
  const home = join(folder, 'home');
  return {
    version,
    node: join(folder, 'node/node_modules/node/bin/node'),
    entry: join(folder, 'node_modules/openclaw/openclaw.mjs'),
    home,
    reset: () => {
      rmSync(home, { recursive: true, force: true });
      cpSync(join(folder, TEMPLATE), home, { recursive: true, verbatimSymlinks: true });
    },
  };
}

const TEMPLATE = 'home-with-plugin';

async function installPackages(folder: string, { version, node }: Wanted): Promise<void> {
  // Under `npm run -s` the inner npm would not say why it fails.
  const flags = ['install', '--no-audit', '--no-fund', '--no-package-lock', '--omit=optional', '--loglevel=error'];
  for (const [place, name] of [
    [join(folder, 'node'), `node@${node}`],
    [folder, `openclaw@${version}`],
  ] as const) {
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }));
    await run(`npm cannot install ${name}`, 'npm', [...flags, name], { cwd: place, env: npmEnvironment() });
  }
}

/** By OpenClaw's own command: only a plugin of known origin may do everything that a plugin does. */
async function installPlugin(folder: string, { node, entry, home }: Installation, { version, plugin }: Wanted): Promise<void> {
  mkdirSync(join(home, 'state'), { recursive: true });
  const env = { ...npmEnvironment(), ...openClawEnvironment({ node, home }) };
  const name = `npm:@openclaw/mattermost@${plugin}`;
  await run(`OpenClaw ${version} cannot install ${name}`, node, [entry, 'plugins', 'install', name], { cwd: home, env });
  cpSync(home, join(folder, TEMPLATE), { recursive: true, verbatimSymlinks: true });
}

/** The environment of everything that OpenClaw does: no updates, no other gateways, no downloads, no shell of the user. */
export function openClawEnvironment({ node, home }: Pick<Installation, 'node' | 'home'>): NodeJS.ProcessEnv {
  return {
    PATH: `${dirname(node)}:${process.env['PATH']}`,
    HOME: home,
    TZ: 'UTC',
    NO_COLOR: '1',
    OPENCLAW_STATE_DIR: join(home, 'state'),
    OPENCLAW_CONFIG_PATH: join(home, 'state/openclaw.json'),
    OPENCLAW_NO_AUTO_UPDATE: '1',
    OPENCLAW_OFFLINE: '1',
    OPENCLAW_DISABLE_BONJOUR: '1',
    OPENCLAW_NO_RESPAWN: '1',
    OPENCLAW_LOAD_SHELL_ENV: '0',
  };
}

async function run(failure: string, program: string, args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }): Promise<void> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], timeout: INSTALL_LIMIT_MS });
  const { code, output } = await endOf(child);
  if (code !== 0) throw new Error(`${failure} (exit ${code}):\n${output.trim().slice(-SHOWN_OUTPUT)}`);
}

/** Under `npm run`, npm's own variables would tell the inner npm to install elsewhere. Its settings stay those of the user. */
function npmEnvironment(): NodeJS.ProcessEnv {
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
