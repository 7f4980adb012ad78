import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { appendEntries, type AppendOptions, type WaitingEntry } from '../../../src/coordinator/ledger/append-entries.ts';
import type { OwnEntry } from '../../../src/coordinator/ledger/entry.ts';
import { describeVerdict, verifyLedger } from '../../../src/coordinator/ledger/verify.ts';
import { refusedLines } from './ledger-recipe.ts';
import { T0 } from './rule-harness.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const entry = (detail: string): OwnEntry => ({
  at: T0,
  action: 'sequence_violation',
  detail,
  mode: 'high-security',
  posture: 'defense',
  role: 'primary',
  sessionHash: null,
});
const owed = (...details: string[]): WaitingEntry[] => details.map((detail) => ({ entry: entry(detail), isDoubtful: false }));
const options = (path: string, more: Partial<AppendOptions> = {}): AppendOptions => ({ path, create: true, lockWaitSeconds: 5, ...more });
const detailsIn = (path: string) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { detail?: string }).detail);

function copyOf(name: string): string {
  const path = join(tempFolder(), 'ledger.jsonl');
  copyFileSync(fileURLToPath(new URL(`../../fixtures/moses/ledgers/${name}.jsonl`, import.meta.url)), path);
  chmodSync(path, 0o644);
  return path;
}

describe('appending to the ledger', () => {
  it('continues the chain of a published ledger in the published form', async () => {
    const path = copyOf('audit_ledger');
    const last = JSON.parse(readFileSync(path, 'utf8').trim().split('\n').at(-1) ?? '') as { hash: string };
    expect(await appendEntries(owed('skipped \u2014 \u{1f6a6}'), options(path))).toEqual({
      kind: 'written',
      written: 1,
      healedTornLine: false,
    });
    const line = readFileSync(path, 'utf8').trim().split('\n').at(-1) ?? '';
    expect(line).toMatch(
      /^\{"timestamp": "2026-11-21T02:00:00\.000000\+00:00", "agent": "coordinator", "component": "live-status", "action": "sequence_violation", /,
    );
    expect(line).toContain(
      '"detail": "skipped \\u2014 \\ud83d\\udea6", "outcome": "logged", "mode": "high-security", "posture": "defense", "role": "primary", "session_hash": null, ',
    );
    expect(JSON.parse(line)).toMatchObject({ previous_hash: last.hash });
    expect(refusedLines(readFileSync(path, 'utf8'))).toEqual([]);
    expect(describeVerdict(await verifyLedger(path))).toBe('intact, 16 lines');
  });

  it('begins a missing ledger without a lineage, with all its folders', async () => {
    const path = join(tempFolder(), 'audits', 'moses', 'ledger.jsonl');
    await appendEntries(owed('a', 'b'), options(path));
    expect(detailsIn(path)).toEqual(['Ledger begun without a lineage anchor', 'a', 'b']);
    expect(refusedLines(readFileSync(path, 'utf8'))).toEqual([]);
  });

  it('begins none when it must not', async () => {
    const path = join(tempFolder(), 'ledger.jsonl');
    expect(await appendEntries(owed('a'), options(path, { create: false }))).toEqual({ kind: 'failed', because: 'it does not exist' });
    expect(existsSync(path)).toBe(false);
  });

  it('never builds upon a torn line, and lets no line be lost to it', async () => {
    const path = join(tempFolder(), 'ledger.jsonl');
    await appendEntries(owed('a'), options(path));
    appendFileSync(path, '{"timestamp": "2026-11-2');
    expect(await appendEntries(owed('b'), options(path))).toMatchObject({ kind: 'written', healedTornLine: true });
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    expect(JSON.parse(lines[3] ?? '')).toMatchObject({ detail: 'b', previous_hash: (JSON.parse(lines[1] ?? '') as { hash: string }).hash });
    expect((await verifyLedger(path)).breaks).toEqual([{ kind: 'damaged', line: 3 }]);
  });

  it('builds upon a whole last line that only lacks its end', async () => {
    const path = join(tempFolder(), 'ledger.jsonl');
    await appendEntries(owed('a'), options(path));
    writeFileSync(path, readFileSync(path, 'utf8').trimEnd());
    expect(await appendEntries(owed('b'), options(path))).toMatchObject({ healedTornLine: false });
    expect(refusedLines(readFileSync(path, 'utf8'))).toEqual([]);
  });

  it('finds the last hash behind a very long line', async () => {
    const path = join(tempFolder(), 'ledger.jsonl');
    await appendEntries([...owed('a', 'long '.repeat(60_000))], options(path));
    await appendEntries(owed('b'), options(path));
    expect(refusedLines(readFileSync(path, 'utf8'))).toEqual([]);
  });

  it('does not repeat what an earlier process had written already', async () => {
    const path = join(tempFolder(), 'ledger.jsonl');
    await appendEntries(owed('a'), options(path));
    const doubtful = ['a', 'b'].map((detail) => ({ entry: entry(detail), isDoubtful: true }));
    expect(await appendEntries(doubtful, options(path))).toMatchObject({ written: 2 });
    expect(detailsIn(path).slice(1)).toEqual(['a', 'b']);
  });

  it('says when there is no program that locks, and writes all the same', async () => {
    const path = join(tempFolder(), 'ledger.jsonl');
    const result = await appendEntries(owed('a'), options(path, { lockProgram: 'no-such-program' }));
    expect(result).toMatchObject({ kind: 'written', unlocked: 'there is no program no-such-program' });
    expect(refusedLines(readFileSync(path, 'utf8'))).toEqual([]);
  });

  it.each([
    ['with the lock takes a line back that the disk took only half of', 'flock', (before: string) => before],
    ['without the lock takes nothing back: what stands at the end may be the line of another writer', 'no-such-program', undefined],
  ])('%s', async (_what, lockProgram, after) => {
    const path = join(tempFolder(), 'ledger.jsonl');
    await appendEntries(owed('a'), options(path));
    const before = readFileSync(path, 'utf8');
    const most = before.length + 20;
    const source = JSON.stringify(new URL('../../../src/coordinator/ledger/append-entries.ts', import.meta.url).href);
    const script = `const { appendEntries } = await import(${source});
      process.stdout.write(JSON.stringify(await appendEntries(${JSON.stringify(owed('b'))}, ${JSON.stringify(options(path, { lockProgram }))})));`;
    const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script];
    const said = execFileSync('prlimit', [`--fsize=${most}:${most}`, ...node], { encoding: 'utf8' });
    expect(JSON.parse(said)).toMatchObject({ kind: 'failed' });
    const left = readFileSync(path, 'utf8');
    if (after !== undefined) expect(left).toBe(after(before));
    else expect([left.slice(0, before.length), left.length]).toEqual([before, most]);
  });

  it('never waits for a FIFO that lies in its place', async () => {
    const path = join(tempFolder(), 'ledger.jsonl');
    execFileSync('mkfifo', [path]);
    expect(await appendEntries(owed('a'), options(path))).toEqual({ kind: 'failed', because: 'it is not a regular file' });
  });

  it('says why it cannot write', async () => {
    const path = join(tempFolder(), 'ledger.jsonl');
    mkdirSync(path);
    expect(await appendEntries(owed('a'), options(path))).toMatchObject({ kind: 'failed', because: expect.stringContaining('EISDIR') });
  });
});
