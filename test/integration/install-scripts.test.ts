import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE_PATH, packedFile } from './packed.ts';

let folder: string;
let home: string;
/** The packed file, unpacked: what somebody has who has downloaded it. */
let unpacked: string;

function runScript(script: string, ...args: string[]) {
  const env = { ...process.env, PATH: [join(home, '.local', 'bin'), NODE_PATH].join(delimiter), HOME: home, OPENCLAW_STATE_DIR: '' };
  const { status, stdout, stderr } = spawnSync('bash', [join(unpacked, script), ...args], { encoding: 'utf8', env });
  return { code: status, out: stdout, err: stderr };
}

function listing(): string[] {
  return readdirSync(home, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.startsWith('.npm'))
    .sort();
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-status-install-'));
  home = join(folder, 'home');
  mkdirSync(join(home, '.openclaw', 'agents'), { recursive: true });
  execFileSync('tar', ['--extract', '--gzip', '--file', packedFile().path, '--directory', folder]);
  unpacked = join(folder, 'package');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('install.sh', () => {
  const prefix = (): string[] => ['--prefix', join(home, '.local')];

  it('only says what it would do in a rehearsal', () => {
    const before = listing();
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
    expect(runScript('install.sh', '--uninstall', ...prefix())).toMatchObject({ code: 0 });
    const left = listing().filter((path) => /live-status|status-watcher/.test(path));
    expect(left).toEqual(['.config/live-status', '.config/live-status/env']);
  });
});
