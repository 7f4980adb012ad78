/**
 * Runs the end-to-end test of the daemon as users get it: the packed tarball, installed into an empty folder, under every Node
 * that is promised. Each Node comes from npm's `node` package and stays in `.cache/nodes`. Exits with 1 if any of them fails.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTestCounts } from './test-results.ts';

interface Row {
  readonly wanted: string;
  readonly version: string;
  readonly passed: number;
  readonly failed: number;
}

const PROMISED = ['22.22', '24', '26'];
const TEST = 'test/integration/daemon.e2e.test.ts';
const RESULTS = join('.cache', 'results');

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
process.exitCode = checkNodes() ? 0 : 1;

function checkNodes(): boolean {
  const nodes = PROMISED.map((wanted) => ({ wanted, node: installNode(wanted) }));
  const folder = mkdtempSync(join(tmpdir(), 'live-status-packed-'));
  try {
    const main = installPacked(folder);
    const rows = nodes.map(({ wanted, node }) => judge(wanted, node, main));
    printTable(rows);
    return rows.every(isGood);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** npm as found on the path; its output is shown only when it fails. */
function npm(folder: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync('npm', [...args, '--loglevel=error'], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed in ${folder}:\n${stdout}${stderr}`);
}

/** The path of a Node of the wanted release line. */
function installNode(wanted: string): string {
  const folder = join('.cache', 'nodes', wanted);
  const node = join(process.cwd(), folder, 'node_modules', 'node', 'bin', 'node');
  if (existsSync(node)) return node;
  mkdirSync(folder, { recursive: true });
  // Newer releases of npm run the script that fetches the program only when it is allowed here.
  const manifest = { private: true, dependencies: { node: wanted }, allowScripts: { node: true } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  npm(folder, 'install', '--ignore-scripts=false', '--no-package-lock');
  return node;
}

/** The path of the installed package's program. */
function installPacked(folder: string): string {
  npm('.', 'pack', '--pack-destination', folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack made no tarball.');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
  npm(folder, 'install', `./${tarball}`);
  return join(folder, 'node_modules', 'live-status', 'dist', 'main.js');
}

function judge(wanted: string, node: string, main: string): Row {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  console.log(`\nNode ${version}: ${TEST}`);
  const results = join(RESULTS, `node-${wanted}.json`);
  rmSync(results, { force: true });
  const { status } = spawnSync('node_modules/.bin/vitest', ['run', TEST], {
    stdio: 'inherit',
    env: { ...process.env, LIVE_STATUS_BIN: main, LIVE_STATUS_NODE: node, TEST_RESULTS: results },
  });
  const counts = existsSync(results) ? readTestCounts(results) : { passed: 0, failed: 1 };
  return { wanted, version, passed: counts.passed, failed: status === 0 ? counts.failed : Math.max(counts.failed, 1) };
}

function isGood({ wanted, version, passed, failed }: Row): boolean {
  return version.startsWith(`v${wanted}.`) && passed > 0 && failed === 0;
}

function printTable(rows: readonly Row[]): void {
  console.log('\nThe packed daemon under every promised Node:\n');
  console.log('wanted   version     passed  failed  verdict');
  for (const row of rows) {
    const cells = [row.wanted.padEnd(9), row.version.padEnd(12), String(row.passed).padEnd(8), String(row.failed).padEnd(8)];
    console.log(`${cells.join('')}${isGood(row) ? 'ok' : 'FAILED'}`);
  }
}
