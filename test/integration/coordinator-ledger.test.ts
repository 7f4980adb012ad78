import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isIntact, verifyLedger } from '../../src/coordinator/ledger/verify.ts';
import { refusedLines } from '../unit/coordinator/ledger-recipe.ts';
import type { Order } from './ledger-writer.ts';
import { canHideProcesses, OWN_PROCESSES } from './own-namespace.ts';
import { tempFolder } from '../support/temp-folder.ts';

const WRITERS = 24;
const RUNS = 10;
const ENTRIES = 3;
const SAMPLE = fileURLToPath(new URL('../fixtures/moses/ledgers/audit_ledger.jsonl', import.meta.url));

const WRITER = fileURLToPath(new URL('ledger-writer.ts', import.meta.url));

const children: ChildProcess[] = [];
let dir = '';

beforeAll(async () => {
  dir = tempFolder('ledger');
  const [unshare, ...options] = OWN_PROCESSES;
  const apart = canHideProcesses ? { execPath: unshare, execArgv: [...options, process.execPath] } : { execArgv: [] };
  // Every other one in a container of its own: the lock holds between those who do not see each other, too.
  for (let index = 0; index < WRITERS; index++) children.push(fork(WRITER, index % 2 === 0 ? { execArgv: [] } : apart));
  await Promise.all(children.map((child) => once(child, 'message')));
});

afterAll(() => {
  for (const child of children) child.kill();
  rmSync(dir, { recursive: true, force: true });
});

/** All writers at once; the first `published` of them have the publisher's habit. */
async function writeTogether(path: string, published: number): Promise<void> {
  const answers = children.map(async (child, index) => {
    const order: Order = { habit: index < published ? 'published' : 'ours', path, name: `writer-${index}`, entries: ENTRIES };
    const answer = once(child, 'message');
    child.send(order);
    return (await answer)[0] as unknown;
  });
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['done']));
}

function detailsIn(path: string): string[] {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { detail?: string }).detail ?? '').filter((detail) => detail.startsWith('writer-'));
}

const everyDetail = Array.from({ length: WRITERS * ENTRIES }, (_, index) => `writer-${Math.floor(index / ENTRIES)} ${index % ENTRIES}`);

describe(`${WRITERS} concurrent writers of one ledger`, () => {
  it(`leave an intact chain in ${RUNS} of ${RUNS} runs, with every line, when all are ours`, { timeout: 120_000 }, async () => {
    for (let run = 0; run < RUNS; run++) {
      const path = join(dir, `ours-${run}.jsonl`);
      if (run % 2 === 1) copyFileSync(SAMPLE, path);
      await writeTogether(path, 0);
      expect(isIntact(await verifyLedger(path))).toBe(true);
      expect(refusedLines(readFileSync(path, 'utf8'))).toEqual([]);
      expect(detailsIn(path).sort()).toEqual([...everyDetail].sort());
    }
  });

  it('lose no line beside a writer that reads before it locks, and every fork is located', { timeout: 60_000 }, async () => {
    let forks = 0;
    for (let run = 0; run < 3; run++) {
      const path = join(dir, `mixed-${run}.jsonl`);
      copyFileSync(SAMPLE, path);
      await writeTogether(path, WRITERS / 2);
      const { breaks, breakCounts } = await verifyLedger(path);
      expect(detailsIn(path).sort()).toEqual([...everyDetail].sort());
      expect({ ...breakCounts, forked: 0 }).toEqual({ forked: 0, tampered: 0, damaged: 0 });
      const located = refusedLines(readFileSync(path, 'utf8'));
      expect(breaks.map(({ line }) => `${line}: link`)).toEqual(located.slice(0, breaks.length));
      expect(breakCounts.forked).toBe(located.length);
      forks += breakCounts.forked;
    }
    expect(forks).toBeGreaterThan(0); // otherwise the publisher's habit was not at work here
  });
});
