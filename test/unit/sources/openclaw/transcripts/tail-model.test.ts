import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { operations, TailModel } from './tail-model.ts';
import { tempFolderInMemory } from '../../../../support/temp-folder.ts';

const CASES = 5_000;
const SEED = 20261121;
const CHUNKS = [64, 8]; // several lines in one, and unfinished lines of many

it('whatever happens to a file, the tail hands on every line a whole-file reader sees, once and in order', {
  timeout: 120_000,
}, async () => {
  const dir = tempFolderInMemory();
  let runs = 0;
  const property = fc.asyncProperty(operations, async (script) => {
    runs += 1;
    const place = join(dir, String(runs));
    mkdirSync(place);
    const model = new TailModel(place, CHUNKS[runs % 2] ?? 0);
    for (const operation of script) await model.run(operation);
    await model.finish();
    rmSync(place, { recursive: true });
    expect(model.followed).toEqual(model.naive);
  });
  await fc.assert(property, { seed: SEED, numRuns: CASES });
  expect(runs).toBeGreaterThanOrEqual(CASES);
});
