import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRotatingFile } from '../../../src/process/rotating-file.ts';
import { tempFolder } from '../../support/temp-folder.ts';

function logPath(): string {
  return join(tempFolder('log'), 'x.log');
}

const content = (path: string) => readFileSync(path, 'utf8');

describe('openRotatingFile', () => {
  it('appends to what is there, in a file that only its owner reads', () => {
    const path = logPath();
    for (const line of ['one\n', 'two\n']) {
      const file = openRotatingFile(path);
      file.write(line);
      file.close();
    }
    expect(content(path)).toBe('one\ntwo\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('keeps whole lines in order over the file and its copies, drops the oldest copy, and never exceeds its size', () => {
    const path = logPath();
    const file = openRotatingFile(path, { maxBytes: 12, copies: 2 });
    for (let n = 1; n <= 9; n += 1) file.write(`line${n}\n`);
    file.close();
    expect([content(`${path}.2`), content(`${path}.1`), content(path)]).toEqual(['line5\nline6\n', 'line7\nline8\n', 'line9\n']);
    expect(existsSync(`${path}.3`)).toBe(false);
  });

  it('counts what an earlier process wrote', () => {
    const path = logPath();
    writeFileSync(path, 'old old old\n');
    const file = openRotatingFile(path, { maxBytes: 14, copies: 1 });
    file.write('new\n');
    file.close();
    expect([content(`${path}.1`), content(path)]).toEqual(['old old old\n', 'new\n']);
  });

  it('writes a line that is longer than the limit into a file of its own', () => {
    const path = logPath();
    const file = openRotatingFile(path, { maxBytes: 4, copies: 1 });
    file.write('much too long\n');
    file.write('x\n');
    file.close();
    expect([content(`${path}.1`), content(path)]).toEqual(['much too long\n', 'x\n']);
  });

  it('does not write through a link', () => {
    const path = logPath();
    symlinkSync('/dev/null', path);
    expect(() => openRotatingFile(path)).toThrow(/ELOOP/);
  });

  it('survives that nothing can be written any more', () => {
    const file = openRotatingFile(logPath());
    file.close();
    expect(() => file.write('lost\n')).not.toThrow();
  });
});
