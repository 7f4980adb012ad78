import { chmodSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../src/store/checkpoint.ts';
import type { Logger } from '../../../src/core/log.ts';
import { tempFolder } from '../../support/temp-folder.ts';

let dir: string;
let lines: string[];
const log: Logger = {
  debug: () => {},
  info: (_fields, message) => lines.push(message),
  warn: (_fields, message) => lines.push(message),
  error: (_fields, message) => lines.push(message),
};

beforeEach(() => {
  dir = tempFolder('checkpoint');
  lines = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the checkpoint', () => {
  it('gives back what was written, by kind, after it was opened again', () => {
    const first = openCheckpoint(join(dir, 'state'), log);
    first.write([
      { kind: 'post', key: 'a', value: { seq: 1 } },
      { kind: 'source', key: 'a', value: { offset: 7 } },
    ]);
    first.write([{ kind: 'post', key: 'a', value: { seq: 2 } }]);
    first.close();
    const second = openCheckpoint(join(dir, 'state'), log);
    expect(second.rows('post')).toEqual([{ kind: 'post', key: 'a', value: { seq: 2 } }]);
    expect(second.rows('source')).toEqual([{ kind: 'source', key: 'a', value: { offset: 7 } }]);
    second.write([{ kind: 'post', key: 'a', value: undefined }]);
    expect(second.rows('post')).toEqual([]);
    second.close();
  });

  it('keeps its directory to its owner', () => {
    openCheckpoint(join(dir, 'state'), log).close();
    expect(statSync(join(dir, 'state')).mode & 0o777).toBe(0o700);
  });

  it('writes all changes of a call or none', () => {
    const checkpoint = openCheckpoint(dir, log);
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(
      checkpoint.write([
        { kind: 'post', key: 'a', value: 1 },
        { kind: 'post', key: 'b', value: circular },
      ]),
    ).toBe(false);
    expect(checkpoint.rows('post')).toEqual([]);
    expect(checkpoint.problem()).toBeDefined();
    expect(checkpoint.write([{ kind: 'post', key: 'a', value: 1 }])).toBe(true);
    expect(checkpoint.problem()).toBeUndefined();
    checkpoint.close();
  });

  it('moves a damaged file aside with a message and begins a new one', () => {
    writeFileSync(join(dir, 'checkpoint.sqlite'), 'this is not a database, and long enough to be taken for one'.repeat(40));
    const checkpoint = openCheckpoint(dir, log);
    expect(checkpoint.write([{ kind: 'fact', key: 'x', value: 1 }])).toBe(true);
    expect(checkpoint.problem()).toBeUndefined();
    checkpoint.close();
    expect(readdirSync(dir).some((name) => name.startsWith('checkpoint.sqlite.damaged-'))).toBe(true);
    expect(lines.join()).toContain('moved aside');
  });

  it('moves a file of a newer format aside instead of misreading it', () => {
    const first = openCheckpoint(dir, log);
    first.close();
    const bytes = openCheckpoint(dir, log);
    bytes.close();
    setUserVersion(join(dir, 'checkpoint.sqlite'), 99);
    openCheckpoint(dir, log).close();
    expect(lines.join()).toContain('moved aside');
  });

  it('works in memory and says so where nothing can be written', () => {
    writeFileSync(join(dir, 'file'), '');
    const checkpoint = openCheckpoint(join(dir, 'file', 'state'), log);
    expect(checkpoint.problem()).toContain('cannot be used');
    checkpoint.write([{ kind: 'post', key: 'a', value: 1 }]);
    expect(checkpoint.rows('post')).toHaveLength(1);
    checkpoint.close();
    chmodSync(dir, 0o700);
  });
});

/** The format number is the big-endian word at byte 60 of a SQLite file. */
function setUserVersion(path: string, version: number): void {
  const { openSync, writeSync, closeSync } = process.getBuiltinModule('node:fs');
  const file = openSync(path, 'r+');
  const word = Buffer.alloc(4);
  word.writeUInt32BE(version);
  writeSync(file, word, 0, 4, 60);
  closeSync(file);
}
