import { appendFileSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Break } from '../../../src/coordinator/ledger/chain.ts';
import { encodeEntry, ZERO_HASH } from '../../../src/coordinator/ledger/entry.ts';
import { LedgerFollower } from '../../../src/coordinator/ledger/ledger-follower.ts';
import { T0 } from './rule-harness.ts';
import { tempFolder } from '../../support/temp-folder.ts';

/** `count` linked lines of the agent `primary`. */
function chained(count: number, word = 'entry'): string[] {
  let previous = ZERO_HASH;
  return Array.from({ length: count }, (_, index) => {
    const own = { at: T0 + index, action: 'a', detail: `${word} ${index}`, mode: 'm', posture: 'p', role: 'r', sessionHash: null };
    const { line, hash } = encodeEntry(own, previous);
    previous = hash;
    return line;
  });
}

function setUp(lines: readonly string[]) {
  const path = join(tempFolder(), 'ledger.jsonl');
  if (lines.length > 0) writeFileSync(path, lines.join(''));
  const clock = { now: () => T0 + 1_000, monotonic: () => 0, after: () => () => undefined };
  const broken: Break[] = [];
  const follower = new LedgerFollower({ path, clock, onBreak: (broke) => broken.push(broke) });
  return { path, follower, broken };
}

/** Another letter in an old line, at the same place and with the same size. */
function alter(path: string): void {
  const { mtimeMs } = statSync(path);
  writeFileSync(path, readFileSync(path, 'utf8').replace('entry 1', 'entri 1'));
  utimesSync(path, (mtimeMs + 5_000) / 1_000, (mtimeMs + 5_000) / 1_000);
}

describe('a ledger that is followed', () => {
  it('is read on line by line, a half line only when it is whole', async () => {
    const [first = '', second = '', third = ''] = chained(3);
    const { path, follower, broken } = setUp([first]);
    await follower.look();
    appendFileSync(path, second.slice(0, 20));
    await follower.look();
    expect(follower.facts()).toMatchObject({ lines: 1, isTorn: true });
    appendFileSync(path, second.slice(20) + third);
    await follower.look();
    expect(follower.facts()).toMatchObject({ lines: 3, isTorn: false, breaks: [] });
    expect({ condition: follower.condition(), broken }).toEqual({ condition: { state: 'readable' }, broken: [] });
  });

  it('is read again when a line of it was altered in place', async () => {
    const { path, follower, broken } = setUp(chained(400));
    await follower.look();
    alter(path);
    await follower.look();
    expect(broken).toEqual([{ kind: 'tampered', line: 2 }]);
    expect(follower.facts()).toMatchObject({ lines: 400, breakCounts: { tampered: 1 } });
  });

  it('is read again when a longer one took its place, even if that ends as the old one did', async () => {
    const lines = chained(400);
    const { path, follower, broken } = setUp(lines);
    await follower.look();
    writeFileSync(`${path}.new`, [...lines.with(1, (lines[1] ?? '').replace('entry 1', 'entri 1')), ...chained(401).slice(400)].join(''));
    renameSync(`${path}.new`, path);
    await follower.look();
    expect(broken).toEqual([{ kind: 'tampered', line: 2 }]);
    expect(follower.facts()).toMatchObject({ lines: 401 });
  });

  it('is read again when asked to, and what is known to be broken is not emitted twice', async () => {
    const { path, follower, broken } = setUp(chained(3));
    await follower.look();
    appendFileSync(path, 'nonsense\n');
    await follower.look();
    follower.readAllAgain();
    await follower.look();
    expect(broken).toEqual([{ kind: 'damaged', line: 4 }]);
    expect(follower.facts()).toMatchObject({ lines: 4 });
  });

  it('is begun anew at once when it became shorter, and is missing at once when it is gone', async () => {
    const { path, follower } = setUp(chained(5));
    await follower.look();
    writeFileSync(path, chained(2, 'other').join(''));
    await follower.look();
    expect(follower.facts()).toMatchObject({ lines: 2, breaks: [] });
    rmSync(path);
    await follower.look();
    expect(follower.condition()).toEqual({ state: 'missing' });
    expect(follower.knownUntil()).toBe(T0 + 1_000);
    writeFileSync(path, chained(1).join(''));
    await follower.look();
    expect(follower.facts()).toMatchObject({ lines: 1 });
  });

  it('may be a link, and is never waited for when it is a FIFO', async () => {
    const { path, follower } = setUp([]);
    execFileSync('mkfifo', [path]);
    await follower.look();
    expect(follower.condition()).toEqual({ state: 'unreadable', because: 'it is not a regular file' });
    expect(follower.knownUntil()).toBe(0);
    rmSync(path);
    writeFileSync(`${path}.real`, chained(2).join(''));
    symlinkSync(`${path}.real`, path);
    await follower.look();
    expect(follower.facts()).toMatchObject({ lines: 2 });
  });
});
