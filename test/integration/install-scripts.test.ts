import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE_PATH, packedFile } from './packed.ts';
import { tempFolder } from '../support/temp-folder.ts';

let folder: string;
let home: string;
/** The packed file, unpacked: what somebody has who has downloaded it. */
let unpacked: string;
let before: Record<string, string>;

function runScript(script: string, ...args: string[]) {
  return runIn({}, script, ...args);
}

function runIn(extra: NodeJS.ProcessEnv, script: string, ...args: string[]) {
  const PATH = [join(home, '.local', 'bin'), NODE_PATH].join(delimiter);
  const env = { ...process.env, PATH, HOME: home, OPENCLAW_STATE_DIR: '', ...extra };
  const { status, stdout, stderr } = spawnSync('bash', [join(unpacked, script), ...args], { encoding: 'utf8', env });
  return { code: status, out: stdout, err: stderr };
}

/** Every file of the home with what is in it, but for npm's cache. */
function listing(): Record<string, string> {
  const paths = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  const files = paths.map((entry) => join(entry.parentPath, entry.name)).filter((path) => !path.startsWith(join(home, '.npm')));
  return Object.fromEntries(
    files.sort().map((path) => [path.slice(home.length + 1), lstatSync(path).isFile() ? readFileSync(path, 'utf8') : 'a link']),
  );
}

/** A folder with the programs that the script needs, and `node` as it is given. */
function pathWith(node: string): string {
  const bin = mkdtempSync(join(folder, 'bin-'));
  for (const name of ['bash', 'dirname', 'find', 'tail', 'cat'])
    symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(bin, name));
  if (node !== '') writeFileSync(join(bin, 'node'), `#!/bin/sh\n${node}\n`, { mode: 0o755 });
  return bin;
}

beforeAll(() => {
  folder = tempFolder('install');
  home = join(folder, 'home');
  mkdirSync(join(home, '.openclaw', 'agents'), { recursive: true });
  execFileSync('tar', ['--extract', '--gzip', '--file', packedFile().path, '--directory', folder]);
  unpacked = join(folder, 'package');
  const config = { gateway: { port: 18_789 }, hooks: { internal: { enabled: false } } };
  writeFileSync(join(home, '.openclaw', 'openclaw.json'), `${JSON.stringify(config, undefined, 2)}\n`);
  before = listing();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('install.sh', () => {
  const prefix = (): string[] => ['--prefix', join(home, '.local')];

  it('only says what it would do in a rehearsal', () => {
    expect(runScript('install.sh', '--dry-run', ...prefix())).toMatchObject({
      code: 0,
      out: expect.stringContaining('npm install --global'),
    });
    expect(listing()).toEqual(before);
  });

  it('refuses what it does not know, and explains itself', () => {
    expect(runScript('install.sh', '--nonsense')).toMatchObject({
      code: 64,
      err: expect.stringContaining("unknown argument '--nonsense'"),
    });
    expect(runScript('install.sh', '--help')).toMatchObject({ code: 0, out: expect.stringContaining('Usage: install.sh') });
  });

  it('installs program and hook, says exactly what is missing, and does it again without harm', () => {
    const missing = expect.stringMatching(/MM_URL is missing[^]*MM_TOKEN is missing/);
    expect(runScript('install.sh', ...prefix())).toMatchObject({ code: 78, err: missing });
    writeFileSync(
      join(home, '.config', 'live-status', 'env'),
      'MM_URL=https://chat.example.org\nMM_TOKEN=abc123def456\nTRANSCRIPT_DIR=/srv\n',
    );
    expect(runScript('install.sh', ...prefix())).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(join(home, '.openclaw', 'hooks', 'status-watcher-hook')).sort()).toEqual([
      'HOOK.md',
      'handler.js',
      'package.json',
      'place.json',
    ]);
    expect(JSON.parse(readFileSync(join(home, '.openclaw', 'openclaw.json'), 'utf8'))).toMatchObject({
      hooks: { internal: { enabled: true, entries: { 'status-watcher-hook': { enabled: true } } } },
    });
  });

  it('puts the hook into several OpenClaw folders at once and takes it away again', () => {
    const [one, two] = [join(home, 'one'), join(home, 'two')];
    mkdirSync(one);
    mkdirSync(two);
    expect(runScript('deploy-to-agents.sh', '--dry-run', one, two)).toMatchObject({ code: 0 });
    expect(readdirSync(one)).toEqual([]);
    expect(runScript('deploy-to-agents.sh', one, two, join(home, 'none'))).toMatchObject({
      code: 1,
      out: expect.stringContaining('there is no such folder'),
    });
    for (const state of [one, two]) expect(existsSync(join(state, 'hooks', 'status-watcher-hook', 'handler.js'))).toBe(true);
    expect(runScript('deploy-to-agents.sh', '--remove', one, two)).toMatchObject({ code: 0 });
    for (const state of [one, two]) expect(existsSync(join(state, 'hooks', 'status-watcher-hook'))).toBe(false);
    expect(runScript('deploy-to-agents.sh')).toMatchObject({ code: 64 });
  });

  it('leaves settings and nothing else behind when uninstalled', () => {
    rmSync(join(home, 'one'), { recursive: true });
    rmSync(join(home, 'two'), { recursive: true });
    expect(runScript('install.sh', '--uninstall', ...prefix())).toMatchObject({ code: 0 });
    const { '.config/live-status/env': _settings, ...left } = listing();
    expect(left).toEqual(before);
    expect(runScript('install.sh', '--uninstall', ...prefix())).toMatchObject({ code: 0 });
  });

  const old = `[ "$1" = --version ] && echo v20.20.2 || exec '${process.execPath}' --import="data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.20.2'}})" "$@"`;
  it.each([
    ['no Node', '', 'Node is missing. Install Node 22.22 or newer'],
    ['an old Node', old, 'Node v20.20.2 is too old: 22.22 or newer is needed'],
    ['no npm', `exec '${process.execPath}' "$@"`, 'npm is missing'],
  ])('changes nothing on a machine with %s, and says what to do', (_what, node, words) => {
    const earlier = listing();
    expect(runIn({ PATH: pathWith(node) }, 'install.sh')).toEqual({ code: 1, out: '', err: expect.stringContaining(words) });
    expect(listing()).toEqual(earlier);
  });

  it('changes nothing on a machine without a network, and says what is needed', () => {
    const earlier = listing();
    const npm = {
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_fetch_retries: '0',
      npm_config_cache: join(folder, 'empty-cache'),
    };
    expect(runIn(npm, 'install.sh', ...prefix())).toMatchObject({
      code: 1,
      err: expect.stringContaining('It needs its registry (npm ping)'),
    });
    expect(listing()).toEqual(earlier);
  });
});
