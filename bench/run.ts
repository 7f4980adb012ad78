// `npm run bench`: measures the rows one after the other and prints the table. Owns what is under way, so that Ctrl-C leaves nothing behind.

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Row } from './contract.ts';
import { Workplace } from './harness/workplace.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { topCosts } from './profile.ts';
import { type Measured, tableOf, verdictOf } from './table.ts';

const BUILD = fileURLToPath(new URL('../scripts/build.ts', import.meta.url));
const SHOWN_COSTS = 25;
const INTERRUPTED = 130;

const startedAt = performance.now();
let place: Workplace | undefined;

function tell(words: string): void {
  process.stderr.write(`${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(5)} s  ${words}\n`);
}

async function measure(row: Row, { quick, profile }: Options): Promise<Measured> {
  tell(row.title);
  const name = `${row.name}.cpuprofile`;
  place = new Workplace(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`, `--cpu-prof-name=${name}`]);
  try {
    const figures = await row.run({ quick, place, tell: (words) => tell(`  ${words}`) });
    if (profile !== undefined) tellCosts(join(profile, name));
    return { row, figures };
  } finally {
    await place.clear();
    place = undefined;
  }
}

/** What one row cannot measure keeps nobody from the others. */
async function measureOrTell(row: Row, options: Options): Promise<Measured> {
  try {
    return await measure(row, options);
  } catch (error) {
    process.exitCode = 1;
    tell(`  not measured: ${error instanceof Error ? error.message : String(error)}`);
    return { row, figures: [{ what: 'not measured', now: Number.NaN, unit: '' }] };
  }
}

function tellCosts(path: string): void {
  const { alone, withCalls } = topCosts(path, SHOWN_COSTS);
  for (const [title, costs] of [
    ['alone', alone],
    ['with calls', withCalls],
  ] as const) {
    tell(`  ${title}:`);
    for (const { share, where } of costs) tell(`    ${(100 * share).toFixed(1).padStart(5)} %  ${where}`);
  }
}

function machine(): string {
  const load = loadavg()[0]?.toFixed(1) ?? '';
  return `Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), load average ${load}, ${new Date().toISOString().slice(0, 10)}`;
}

function report(measured: readonly Measured[], { json }: Options, about: string): void {
  if (!json) return console.log(`${about}\n\n${tableOf(measured)}`);
  const rows = measured.map(({ row: { name, title }, figures }) => {
    return { name, title, figures: figures.map((figure) => ({ ...figure, verdict: verdictOf(figure) })) };
  });
  console.log(JSON.stringify({ about, rows }, undefined, 2));
}

async function run(options: Options): Promise<void> {
  const about = machine();
  if (options.profile !== undefined) mkdirSync(options.profile, { recursive: true });
  const built = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', BUILD], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (built.status !== 0) throw new Error('The program could not be built.');
  const measured: Measured[] = [];
  for (const row of options.rows) measured.push(await measureOrTell(row, options));
  report(measured, options, about);
  tell('done');
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    place?.clearAtOnce();
    process.exit(INTERRUPTED);
  });
}

const options = readOptions(process.argv.slice(2));
if (options === undefined) console.log(HELP);
else if (typeof options === 'string') {
  process.stderr.write(`${options}\n\n${HELP}`);
  process.exitCode = 2;
} else await run(options);
