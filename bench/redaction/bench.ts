// Measures what redaction costs: a line of ordinary text, and texts up to a megabyte of nothing but what makes a detector look.
// Usage: npm run -s bench-redaction, perhaps with the number of slowest patterns to print (`-- 20`).
//
// Time of this process, the least of many runs, so that other work on the machine counts less. It still slows this process down (both
// share caches and cores), so the same loop of plain work is measured beside it: the figures of two runs compare in units of that.

import { createRedactor, redactThenCut } from '../../src/text/redact.ts';
import { GROWTH_PIECES, grown } from '../../test/unit/text/growth-pieces.ts';
import { ordinaryLines } from '../../test/unit/text/ordinary.ts';
import { leastCpuMs } from '../harness/cpu-time.ts';

const LINES = 10_000;
const SHOWN_POINTS = 300; // as much as is kept of an argument
const SIZES = [100_000, 1_000_000];
const LIMIT_MS = 1; // for each 100 KB
const WARM_UPS = 3;
const ROUNDS = 3; // over all patterns, so that a busy moment does not hit one of them only
const RUNS = 15; // of each pattern in each round
const PLAIN_CHARS = 400_000;

const redact = createRedactor(['a-configured-token-0123456789']);
const plainText = grown('ordinary words of a log ', PLAIN_CHARS);

interface Row {
  piece: string;
  msBySize: number[];
}

function plainWork(): number {
  let sum = 0;
  for (let at = 0; at < plainText.length; at++) sum = (sum * 31 + plainText.charCodeAt(at)) | 0;
  return sum;
}

function msOf(text: string, runs: number): number {
  return leastCpuMs(runs, () => redactThenCut(text, SHOWN_POINTS, redact));
}

function measured(): { rows: Row[]; plainMs: number } {
  const rows = GROWTH_PIECES.map((piece) => ({ piece, msBySize: SIZES.map(() => Number.POSITIVE_INFINITY) }));
  let plainMs = Number.POSITIVE_INFINITY;
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    for (const row of rows) {
      const msBySize = SIZES.map((size) => msOf(grown(row.piece, size), round < 0 ? 1 : RUNS));
      if (round >= 0) row.msBySize = row.msBySize.map((least, index) => Math.min(least, msBySize[index] ?? least));
    }
    plainMs = Math.min(plainMs, leastCpuMs(RUNS, plainWork));
  }
  return { rows, plainMs };
}

const lines = ordinaryLines(LINES, 5);
const { rows, plainMs } = measured();
const perLine = leastCpuMs(RUNS, () => {
  for (const line of lines) redact(line);
});
const shown = Number(process.argv[2] ?? 40);
console.log(`plain work (a sum over ${PLAIN_CHARS / 1_000} KB): ${plainMs.toFixed(2)} ms`);
console.log(`ordinary text: ${((1_000 * perLine) / LINES).toFixed(1)} µs a line`);
for (const { piece, msBySize } of rows.toSorted((a, b) => Math.max(...b.msBySize) - Math.max(...a.msBySize)).slice(0, shown)) {
  const figures = SIZES.map((size, index) => `${size / 1_000} KB ${(msBySize[index] ?? 0).toFixed(2)} ms`);
  console.log(`${figures.join(', ')}: ${JSON.stringify(piece)}`);
}
for (const [index, size] of SIZES.entries()) {
  const slow = rows.filter(({ msBySize }) => (msBySize[index] ?? 0) > (LIMIT_MS * size) / 100_000).length;
  console.log(`${size / 1_000} KB: ${slow} of ${rows.length} patterns take more than ${(LIMIT_MS * size) / 100_000} ms`);
}
