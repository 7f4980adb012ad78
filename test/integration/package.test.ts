import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCatalogue } from '../../src/cli/catalogue.ts';
import { installedPrefix, NODE_PATH, type Packed, packedFile } from './packed.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const AT_TOP = ['CHANGELOG.md', 'LICENSE', 'README.md', 'deploy-to-agents.sh', 'install.sh', 'package.json'];
const COMMANDS = Object.keys(createCatalogue(async () => Promise.reject(new Error('nothing runs here'))).commands);

let packed: Packed;
let command: string;

beforeAll(() => {
  packed = packedFile();
  command = join(installedPrefix(), 'bin', 'live-status');
});

describe('the packed package', () => {
  it('holds the built program and what a reader and an operator need, and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    expect(paths.filter((path) => !/^(deploy|dist|docs|hooks|skill)\//.test(path)).sort()).toEqual(AT_TOP);
    expect(paths.filter((path) => !path.startsWith('hooks/') && /\.(ts|tsbuildinfo|map)$|\.test\./.test(path))).toEqual([]);
    for (const folder of ['deploy', 'hooks', 'skill'])
      expect(paths.filter((path) => path.startsWith(`${folder}/`)).sort()).toEqual(treeOf(folder));
    expect(paths).toEqual(expect.arrayContaining(['dist/main.js', 'docs/OPERATIONS.md', 'docs/UPGRADE.md']));
    expect(packed.files.filter(({ path }) => /\.sh$|^dist\/main\.js$/.test(path)).map(({ mode }) => mode & 0o111)).toEqual([
      0o111, 0o111, 0o111,
    ]);
  });

  it('names in its documents no file that it does not hold', () => {
    const paths = packed.files.map(({ path }) => path);
    const dangling = [
      'README.md',
      ...readdirSync(join(ROOT, 'docs'))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `docs/${name}`),
    ].flatMap((document) => linksOf(document).filter((path) => !paths.includes(path) && !ONLY_IN_A_CHECKOUT.test(path)));
    expect(dangling).toEqual([]);
  });
});

/** Pictures, and what is for contributors. */
const ONLY_IN_A_CHECKOUT = /^(?:docs\/images\/|AGENTS\.md$|src\/|test\/|bench\/|scripts\/)/;

function linksOf(document: string): string[] {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s`]+)/g)].map(([, target = '']) => target);
  return targets.map((target) => join(document, '..', target));
}

function treeOf(folder: string): string[] {
  const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
    .sort();
}

/** The installed command in an empty home, with no settings but those given. */
function liveStatus(args: readonly string[], extra: NodeJS.ProcessEnv = {}): { code: number | null; out: string; err: string } {
  const home = tempFolder('empty-home');
  const env = { PATH: NODE_PATH, HOME: home, HEALTH_PORT: '0', ...extra };
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env, input: '' });
  return { code: status, out: stdout, err: stderr };
}

/** A Node that says it is an older one: no test may count on one that is here. */
const OLD_NODE = "data:text/javascript,Object.defineProperty(process,'version',{value:'v20.20.2'})";

describe('every command of the packed file, in an empty home', () => {
  it('prints the version of the package, and names itself in the help', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(liveStatus(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
    const { out } = liveStatus(['--help']);
    for (const name of COMMANDS) expect(out).toMatch(new RegExp(`^ +${name} `, 'm'));
  });

  it.each(COMMANDS)('%s explains itself, with its exit codes', (name) => {
    expect(liveStatus([name, '--help'])).toEqual({
      code: 0,
      out: expect.stringMatching(new RegExp(`live-status ${name}\\b[^]*Exit codes`)),
      err: '',
    });
  });

  it.each(COMMANDS)('%s refuses an option that it does not know', (name) => {
    expect(liveStatus([name, '--nonsense'])).toEqual({ code: 64, out: '', err: expect.stringContaining("'--nonsense'") });
  });

  it.each<[string, string[], number, RegExp]>([
    ['run', [], 78, /MM_URL is missing/],
    ['start', [], 78, /MM_TOKEN is missing/],
    ['stop', [], 0, /is not running/],
    ['status', [], 3, /is stopped/],
    ['health', [], 78, /HEALTH_PORT is 0/],
    ['doctor', [], 1, /^FAIL +configuration +MM_URL is missing.* -> /m],
    ['config', [], 78, /MM_URL is missing/],
    ['hook', ['status'], 3, /Not installed/],
    ['hook', [], 64, /say install, remove or status/],
    ['hook', ['install'], 1, /There is no OpenClaw at .*set OPENCLAW_STATE_DIR/],
    ['service', ['status', '--user'], 3, /Not installed/],
    ['service', ['install', '--dry-run', '--user'], 0, /^ExecStart=.*main\.js run$/m],
    ['service', ['restart'], 64, /say install, remove or status/],
    ['pair', [], 78, /GATEWAY_TOKEN is missing/],
    ['ledger', [], 64, /live-status ledger/],
    ['demo', ['--port', 'x'], 64, /--port must be/],
    ['demo', ['--fast', '--port', '0'], 0, /\d+ posts?/],
    ['create', ['text'], 78, /MM_URL is missing/],
    ['update', [], 78, /MM_URL is missing/],
    ['complete', ['x'], 78, /Deprecated/],
    ['start-watcher', [], 78, /use live-status start/],
    ['stop-watcher', [], 0, /use live-status stop/],
    ['nonsense', [], 64, /unknown command "nonsense"/],
  ])('%s %j ends with %d and says why', (name, args, code, words) => {
    const { code: ended, out, err } = liveStatus([name, ...args]);
    expect({ ended, said: out + err }).toEqual({ ended: code, said: expect.stringMatching(words) });
  });

  it('says which Node it needs when that is too old, instead of breaking', () => {
    expect(liveStatus(['doctor'], { NODE_OPTIONS: `--import="${OLD_NODE}"` })).toEqual({
      code: 78,
      out: '',
      err: expect.stringMatching(/^live-status needs Node 22\.22 or newer; this is v20\.20\.2 at \//),
    });
  });
});
