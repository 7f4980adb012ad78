// `npm run torture-fleet`: kills the active publisher of a fleet (`-- --kills N`), stops it for 1 to 20 s and lets it go on (`--stops N`), and
// prints who followed when, and what became of the boxes. `--lanes N` fleets share the work, each with a chat server of its own; `--seed N`.

import { parseArgs } from 'node:util';
import { quantile } from '../bench/harness/quantile.ts';
import { tortureFleet, type TortureResult } from '../test/swarms/fleet-torture.ts';
import { setup as inRunFolder } from '../test/support/run-folder.ts';
import { setup as installNats } from '../test/swarms/install-nats.ts';
import { NatsServer } from '../test/swarms/nats-server.ts';

const TAKEOVER_MS = 5_000;
const INTERRUPTED = 130;

const number = { type: 'string' } as const;
const { values } = parseArgs({ options: { kills: number, stops: number, lanes: number, seed: number } });
const [kills, stops, lanes] = [Number(values.kills ?? 200), Number(values.stops ?? 200), Number(values.lanes ?? 1)];
const seed = Number(values.seed ?? Date.now());

const startedAt = performance.now();
const ends: (() => Promise<void>)[] = [];
const atEnd = (end: () => Promise<void>): void => void ends.push(end);
const removeFolder = inRunFolder(); // however it ends, but by SIGKILL
process.once('exit', removeFolder);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(INTERRUPTED));

print(`${kills} kills and ${stops} stops of the active publisher in ${lanes} fleets, seed ${seed}`);
installNats();
try {
  const nats = await NatsServer.start({ atEnd });
  const results = await Promise.all(
    Array.from({ length: lanes }, (_, lane) =>
      tortureFleet({
        url: nats.url,
        server: `lane${lane}`,
        kills: shareOf(kills, lane),
        stops: shareOf(stops, lane),
        seed: seed + lane,
        mostMs: TAKEOVER_MS,
        onEvent: (words) => print(`lane ${lane}  ${words}`),
        atEnd,
      }),
    ),
  );
  report(results);
} finally {
  for (const end of ends.toReversed()) await end();
}

function shareOf(all: number, lane: number): number {
  return Math.floor(all / lanes) + (lane < all % lanes ? 1 : 0);
}

function report(results: readonly TortureResult[]): void {
  const takeoversMs = results.flatMap((result) => result.takeoversMs);
  const broken = results.flatMap((result) => result.broken);
  const sum = (of: (result: TortureResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  const rows: [string, string | number][] = [
    ['kills', sum((result) => result.kills)],
    ['from a kill to the first edit of the next one: median', msOf(quantile(takeoversMs, 0.5))],
    ['the same: 95 %', msOf(quantile(takeoversMs, 0.95))],
    ['the same: longest', msOf(quantile(takeoversMs, 1))],
    ['stops', sum((result) => result.stops)],
    ['stops during which another one followed', sum((result) => result.replaced)],
    ['turns', sum((result) => result.turns)],
    ['posts', sum((result) => result.posts)],
    ['edits', sum((result) => result.edits)],
    ['broken promises', broken.length],
  ];
  print('');
  for (const [what, figure] of rows) print(`| ${what.padEnd(56)} | ${String(figure).padStart(10)} |`);
  for (const words of broken.slice(0, 40)) print(words);
  process.exitCode = broken.length === 0 ? 0 : 1;
}

function msOf(ms: number): string {
  return Number.isNaN(ms) ? '–' : `${ms} ms`;
}

function print(line: string): void {
  process.stdout.write(line === '' ? '\n' : `${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(5)} s  ${line}\n`);
}
