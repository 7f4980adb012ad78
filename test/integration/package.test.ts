import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
const AT_TOP = ['CHANGELOG.md', 'LICENSE', 'README.md', 'deploy-to-agents.sh', 'install.sh', 'package.json'];

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

let folder: string;
let packed: Packed;

function npm(cwd: string, ...args: string[]): string {
  return execFileSync('npm', [...args, '--loglevel=error'], { cwd, encoding: 'utf8', env: { ...process.env, PATH } });
}

describe('the packed package', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'live-status-package-'));
    const [first] = JSON.parse(npm(ROOT, 'pack', '--json', '--pack-destination', folder)) as Packed[];
    if (first === undefined) throw new Error('npm pack named no package.');
    packed = first;
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('holds the built program and what a reader needs, and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    expect(paths.filter((path) => !/^(deploy|dist|hooks|skill)\//.test(path)).sort()).toEqual(AT_TOP);
    expect(paths.filter((path) => !path.startsWith('hooks/') && /\.(ts|tsbuildinfo|map)$|\.test\./.test(path))).toEqual([]);
    expect(paths).toEqual(
      expect.arrayContaining([
        'dist/main.js',
        'deploy/status-watcher.service',
        'deploy/compose.yaml',
        'hooks/status-watcher-hook/HOOK.md',
        'skill/SKILL.md',
      ]),
    );
  });

  it('installs into an empty folder, where the command prints the version of the package', () => {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
    npm(folder, 'install', '--prefer-offline', `./${packed.filename}`);
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    const command = join(folder, 'node_modules', '.bin', 'live-status');
    expect(execFileSync(command, ['--version'], { encoding: 'utf8', env: { PATH, HOME: folder } })).toBe(`${version}\n`);
  });
});
