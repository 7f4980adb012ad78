// Installs real OpenClaw versions, each with the Node it wants and its Mattermost plugin, into a cache folder.

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { npmEnvironment, npmInstall, run } from './npm.ts';
import type { OpenClawVersion } from './versions.ts';

/** One installed OpenClaw. */
export interface Installation extends OpenClawVersion {
  /** The program of Node that this version runs with. */
  nodePath: string;
  olderNodePath: string | undefined;
  /** OpenClaw's script. */
  entry: string;
  /** Where it runs: the plugin's record of its origin holds in this place only, so that there is one gateway at a time. */
  home: string;
  /** Empties `home` but for the plugin. */
  reset(): void;
}

/** Where installations are kept between runs. */
export const CACHE = resolve(import.meta.dirname, '../../.cache/openclaw');
const TEMPLATE = 'home-with-plugin';

/** Installs what is missing of a version in `cache`. Rejects with words that say what could not be installed, and why. */
export async function installOpenClaw(cache: string, wanted: OpenClawVersion, progress: (words: string) => void): Promise<Installation> {
  const installation = installationIn(cache, wanted);
  const startedAt = performance.now();
  const node = (version: string): Promise<'there' | 'made'> =>
    once(join(cache, `node-${version}`), version, (folder) => npmInstall(folder, `node@${version}`, { mayRunScripts: 'node' }));
  const steps = [
    await node(wanted.node),
    ...(wanted.olderNode === undefined ? [] : [await node(wanted.olderNode)]),
    await once(join(cache, wanted.version), wanted.version, (folder) => {
      progress(`OpenClaw ${wanted.version}: installing it with Node ${wanted.node} (about a minute, up to 1,400 MB)`);
      return npmInstall(folder, `openclaw@${wanted.version}`, { emptied: wanted.emptied, optional: wanted.optional });
    }),
    await once(join(cache, wanted.version, TEMPLATE), wanted.plugin, (template) => makeTemplate(template, installation)),
  ];
  const took = steps.includes('made') ? `installed in ${Math.round((performance.now() - startedAt) / 1_000)} s` : 'already installed';
  progress(`OpenClaw ${wanted.version}: ${took}`);
  return installation;
}

/** The mark in a folder is written last: what was cut off must not look complete. */
async function once(folder: string, content: string, make: (folder: string) => Promise<void>): Promise<'there' | 'made'> {
  const mark = join(folder, 'complete');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === content) return 'there';
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await make(folder);
  writeFileSync(mark, content);
  return 'made';
}

function installationIn(cache: string, wanted: OpenClawVersion): Installation {
  const folder = join(cache, wanted.version);
  const home = join(folder, 'home');
  return {
    ...wanted,
    nodePath: nodePathIn(cache, wanted.node),
    olderNodePath: wanted.olderNode === undefined ? undefined : nodePathIn(cache, wanted.olderNode),
    entry: join(folder, 'node_modules/openclaw/openclaw.mjs'),
    home,
    reset: () => {
      rmSync(home, { recursive: true, force: true });
      cpSync(join(folder, TEMPLATE), home, { recursive: true, verbatimSymlinks: true });
    },
  };
}

function nodePathIn(cache: string, version: string): string {
  return join(cache, `node-${version}/node_modules/node/bin/node`);
}

/** By OpenClaw's own command: only a plugin of known origin may do everything that a plugin does. */
async function makeTemplate(template: string, { nodePath, entry, home, version, plugin }: Installation): Promise<void> {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(join(home, 'state'), { recursive: true });
  if (plugin !== 'bundled' && plugin !== 'none') {
    const name = `npm:@openclaw/mattermost@${plugin}`;
    const env = { ...npmEnvironment(), ...openClawEnvironment({ nodePath, home }) };
    await run(`OpenClaw ${version} cannot install ${name}`, nodePath, [entry, 'plugins', 'install', name], { cwd: home, env });
  }
  cpSync(home, template, { recursive: true, verbatimSymlinks: true });
}

/** The environment of everything that OpenClaw does: no updates, no other gateways, no downloads, no shell of the user. */
export function openClawEnvironment({ nodePath, home }: Pick<Installation, 'nodePath' | 'home'>): NodeJS.ProcessEnv {
  return {
    PATH: `${dirname(nodePath)}:${process.env['PATH']}`,
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
