import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hashOf, HASH_STYLES } from '../../../src/coordinator/ledger/canonical-json.ts';
import { decodeEntry, encodeEntry, type OwnEntry, ZERO_HASH } from '../../../src/coordinator/ledger/entry.ts';
import { type LedgerLine, MAX_LINE_BYTES, readLedger } from '../../../src/coordinator/ledger/ledger-lines.ts';
import { createResilience } from '../../../src/coordinator/ledger/resilience.ts';
import { isIntact, describeVerdict, verifyLedger } from '../../../src/coordinator/ledger/verify.ts';
import { refusedLines } from './ledger-recipe.ts';
import { T0 } from './rule-harness.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { heapUsed, mostHeapDuring } from '../../support/heap.ts';

const sample = (name: string) => fileURLToPath(new URL(`../../fixtures/moses/ledgers/${name}.jsonl`, import.meta.url));
const own = (more: Partial<OwnEntry> = {}): OwnEntry => ({
  at: T0,
  action: 'sequence_violation',
  detail: 'x',
  mode: 'm',
  posture: 'scout',
  role: 'primary',
  sessionHash: null,
  ...more,
});

function writeLedger(lines: readonly string[], end = '\n'): string {
  const path = join(tempFolder(), 'ledger.jsonl');
  writeFileSync(path, lines.join('\n') + end);
  return path;
}

/** `count` linked lines of ours. */
function chained(count: number): string[] {
  let previous = ZERO_HASH;
  return Array.from({ length: count }, (_, index) => {
    const { line, hash } = encodeEntry(own({ at: T0 + index, detail: `entry ${index}` }), previous);
    previous = hash;
    return line.trimEnd();
  });
}

describe('verification of a ledger', () => {
  it.each([
    ['audit_ledger', 'intact, 15 lines', true],
    ['audit_ledger.lineage-fail', 'intact, lineage form at line 15, 15 lines', true],
    ['audit_ledger.forked', 'forked at line 4 and 3 more, 12 lines', false],
    ['audit_ledger.tampered', 'tampered at line 2, 15 lines', false],
    ['audit_ledger.plugin-dialect', 'intact, plugin dialect, 3 lines', true],
  ])('calls %s %s', async (name, words, intact) => {
    const verification = await verifyLedger(sample(name));
    expect(describeVerdict(verification)).toBe(words);
    expect(isIntact(verification)).toBe(intact);
  });

  it('agrees with the recipe about the samples in the usual dialect', () => {
    const refused = (name: string) => refusedLines(readFileSync(sample(name), 'utf8'));
    expect(refused('audit_ledger')).toEqual([]);
    expect(refused('audit_ledger.lineage-fail')).toEqual([]);
    expect(refused('audit_ledger.forked')).toEqual(['4: link', '6: link', '8: link', '9: link']);
    expect(refused('audit_ledger.tampered')).toEqual(['2: hash']);
  });

  it('finds every altered line of ours, and with it nothing else', async () => {
    const lines = chained(20);
    for (const index of [0, 7, 19]) {
      const altered = lines.with(index, (lines[index] ?? '').replace('entry', 'Entry'));
      expect((await verifyLedger(writeLedger(altered))).breaks).toEqual([{ kind: 'tampered', line: index + 1 }]);
    }
  });

  it('takes a removed line for a fork, for the hashes are right', async () => {
    expect((await verifyLedger(writeLedger(chained(9).toSpliced(4, 1)))).breaks).toEqual([{ kind: 'forked', line: 5 }]);
  });

  it('names a torn last line, and takes a whole one without an end as it is', async () => {
    const lines = chained(3);
    expect(describeVerdict(await verifyLedger(writeLedger(lines, '')))).toBe('intact, 3 lines');
    const torn = await verifyLedger(writeLedger([...lines, '{"timestamp": "20'], ''));
    expect(describeVerdict(torn)).toBe('torn at line 4, 3 lines');
    expect(isIntact(torn)).toBe(false);
  });

  it('names a line that is no entry and goes on from the one before it', async () => {
    const lines = chained(4);
    for (const junk of ['nonsense', '[]', '{"hash": 7}', `{"a": ${'['.repeat(200)}${']'.repeat(200)}}`]) {
      expect((await verifyLedger(writeLedger(lines.toSpliced(2, 0, junk)))).breaks).toEqual([{ kind: 'damaged', line: 3 }]);
    }
  });

  it('calls an empty ledger intact', async () => {
    expect(describeVerdict(await verifyLedger(writeLedger([], '')))).toBe('intact, 0 lines');
  });

  it('keeps numbers as they are written', () => {
    const content = '{"big": 12345678901234567890, "one": 1.0, "small": 1e-07}';
    const hash = createHash('sha256')
      .update(`{"big":12345678901234567890,"one":1.0,"previous_hash":"${ZERO_HASH}","small":1e-07}`)
      .digest('hex');
    expect(decodeEntry(`${content.slice(0, -1)}, "previous_hash": "${ZERO_HASH}", "hash": "${hash}"}`)?.form).toBe('usual');
  });

  it('sorts keys by code point at every depth', () => {
    const value = { b: 1, '\u{1f600}': { z: 1, a: 2 }, '\uffee': 2, a: 3 };
    const expected = createHash('sha256').update('{"a":3,"b":1,"\uffee":2,"\u{1f600}":{"a":2,"z":1}}').digest('hex');
    expect(hashOf(value, HASH_STYLES.usual)).toBe(expected);
  });

  it('verifies far more lines than it holds', { timeout: 60_000 }, async () => {
    const path = writeLedger(chained(60_000));
    const before = await heapUsed();
    const verifying = verifyLedger(path);
    expect((await mostHeapDuring(verifying)) - before).toBeLessThan(12_000_000); // the file alone is 24 MB
    expect(await verifying).toMatchObject({ lines: 60_000, breaks: [] });
  });
});

describe('lines of a ledger', () => {
  const linesOf = async (path: string) => {
    const lines: LedgerLine[] = [];
    const end = await readLedger(path, (line) => lines.push(line));
    return { lines, ...end };
  };

  it('all count as they stand, and what has no end is apart', async () => {
    const path = writeLedger(['a\u00e9', '', '\u2028b\r', ' ', 'nul\0nul', 'rest'], '');
    expect(await linesOf(path)).toEqual({ lines: ['a\u00e9', '', '\u2028b\r', ' ', 'nul\0nul'], rest: 'rest' });
  });

  it('give up a line that is too long, and only that one', async () => {
    const long = 'x'.repeat(MAX_LINE_BYTES + 1);
    expect(await linesOf(writeLedger(['a', long, 'short']))).toEqual({ lines: ['a', undefined, 'short'] });
    expect(await linesOf(writeLedger(['a', long], ''))).toEqual({ lines: ['a'], rest: undefined });
    const most = 'y'.repeat(MAX_LINE_BYTES);
    expect(await linesOf(writeLedger([most, 'short']))).toEqual({ lines: [most, 'short'] });
  });

  it('are read through a link, and never waited for in a FIFO', async () => {
    const path = writeLedger(chained(2));
    symlinkSync(path, `${path}.link`);
    expect(describeVerdict(await verifyLedger(`${path}.link`))).toBe('intact, 2 lines');
    execFileSync('mkfifo', [`${path}.fifo`]);
    await expect(verifyLedger(`${path}.fifo`)).rejects.toThrow('not a regular file');
    await expect(verifyLedger(`${path}.none`)).rejects.toThrow('does not exist');
  });
});

describe('resilience', () => {
  const verdict = (outcomes: string) => {
    const resilience = createResilience();
    for (const letter of outcomes) resilience.feed(letter === 'x' ? 'blocked_and_logged' : 'PASS');
    return resilience.facts().verdict;
  };

  it.each([
    ['', 'ok'],
    ['..........', 'ok'],
    ['x.........', 'ok'],
    ['x.....x..', 'caution'],
    ['x.x.x.....', 'caution'],
    ['x.x.x.x...', 'degraded'],
    [`${'.'.repeat(40)}xx`, 'degraded'],
    [`xx.x.x${'.'.repeat(60)}`, 'ok'],
    [`xxx.x${'.'.repeat(60)}`, 'degraded'],
  ])('calls outcomes %s %s', (outcomes, expected) => {
    expect(verdict(outcomes)).toBe(expected);
  });

  it.each(['FAIL \u2014 stopped', 'BLOCKED', 'declined', 'Error'])('counts %s as a fault', (outcome) => {
    const resilience = createResilience();
    resilience.feed(outcome);
    expect(resilience.facts().faults).toBe(1);
  });
});
