import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openRegular, refusalOf } from '../../../src/files/open-file.ts';
import { tempFolderInMemory } from '../../support/temp-folder.ts';

function tryToOpen(path: string, root: string): string {
  const opened = openRegular({ path, root });
  if (opened.kind === 'refused') return opened.refusal;
  closeSync(opened.fd);
  return 'open';
}

describe('opening what an agent could have put there', () => {
  it('opens a regular file and changes neither its times nor its inode', () => {
    const dir = tempFolderInMemory();
    const path = join(dir, 'a.jsonl');
    writeFileSync(path, 'x\n');
    const { mtimeNs, ctimeNs, ino } = statSync(path, { bigint: true });
    expect(tryToOpen(path, dir)).toBe('open');
    expect(statSync(path, { bigint: true })).toMatchObject({ mtimeNs, ctimeNs, ino });
  });

  it('does not wait for the writer of a pipe', () => {
    const dir = tempFolderInMemory();
    execFileSync('mkfifo', [join(dir, 'a.jsonl')]);
    expect(tryToOpen(join(dir, 'a.jsonl'), dir)).toBe('not_a_file');
  });

  it('refuses folders, sockets and devices', async () => {
    const dir = tempFolderInMemory();
    mkdirSync(join(dir, 'folder.jsonl'));
    const server = createServer().listen(join(dir, 'socket.jsonl'));
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    expect(tryToOpen(join(dir, 'folder.jsonl'), dir)).toBe('not_a_file');
    expect(tryToOpen(join(dir, 'socket.jsonl'), dir)).toBe('not_a_file');
    expect(tryToOpen('/dev/null', '/dev')).toBe('not_a_file');
  });

  it('refuses a symbolic link, dangling or not', () => {
    const dir = tempFolderInMemory();
    writeFileSync(join(dir, 'real.jsonl'), '');
    symlinkSync(join(dir, 'real.jsonl'), join(dir, 'link.jsonl'));
    symlinkSync(join(dir, 'nowhere'), join(dir, 'dangling.jsonl'));
    expect(tryToOpen(join(dir, 'link.jsonl'), dir)).toBe('symlink');
    expect(tryToOpen(join(dir, 'dangling.jsonl'), dir)).toBe('symlink');
  });

  it('refuses a path that leaves the root by a linked folder or by ..', () => {
    const [dir, outside] = [tempFolderInMemory(), tempFolderInMemory()];
    mkdirSync(join(dir, 'agents'));
    mkdirSync(join(outside, 'sessions'));
    writeFileSync(join(outside, 'sessions', 'a.jsonl'), '');
    symlinkSync(join(outside, 'sessions'), join(dir, 'agents', 'sessions'));
    expect(tryToOpen(join(dir, 'agents', 'sessions', 'a.jsonl'), dir)).toBe('outside');
    expect(tryToOpen(join(outside, 'sessions', 'a.jsonl'), dir)).toBe('outside');
    expect(tryToOpen(`${dir}/agents/../../${outside.split('/').at(-1)}/sessions/a.jsonl`, dir)).toBe('outside');
  });

  it('takes a root that is itself a link: the operator named it', () => {
    const [dir, elsewhere] = [tempFolderInMemory(), tempFolderInMemory()];
    writeFileSync(join(elsewhere, 'a.jsonl'), '');
    symlinkSync(elsewhere, join(dir, 'root'));
    expect(tryToOpen(join(dir, 'root', 'a.jsonl'), join(dir, 'root'))).toBe('open');
  });

  it('tells a missing file from a refused one', () => {
    const dir = tempFolderInMemory();
    expect(tryToOpen(join(dir, 'a.jsonl'), dir)).toBe('missing');
    expect(tryToOpen(join(dir, 'no', 'a.jsonl'), dir)).toBe('missing');
    expect(tryToOpen(join(dir, 'no', 'a.jsonl'), join(dir, 'no'))).toBe('missing');
  });
});

describe('an error of the file system', () => {
  it.each([
    ['ENOENT', 'missing'],
    ['ENOTDIR', 'missing'],
    ['ELOOP', 'symlink'],
    ['ENXIO', 'not_a_file'],
    ['EISDIR', 'not_a_file'],
    ['EACCES', 'unreadable'],
    ['EPERM', 'unreadable'],
    ['EMFILE', 'exhausted'],
    ['ENFILE', 'exhausted'],
    ['EIO', 'failed'],
  ])('%s means %s', (code, refusal) => {
    expect(refusalOf(Object.assign(new Error(code), { code }))).toBe(refusal);
  });

  it('that is no such error is a failure', () => {
    expect(refusalOf('odd')).toBe('failed');
  });
});
