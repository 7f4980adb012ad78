import { chmodSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type KeptCount, OpenFiles } from '../../../src/files/open-files.ts';
import { readAt } from '../../../src/files/read-at.ts';
import { tempFolderInMemory } from '../../support/temp-folder.ts';
import { withoutRoot } from '../without-root.ts';

function setUp(count?: KeptCount) {
  const root = join(tempFolderInMemory(), 'root');
  mkdirSync(join(root, 'sessions'), { recursive: true });
  const files = new OpenFiles(count);
  onTestFinished(() => files.closeAll());
  const path = (name: string) => join(root, 'sessions', name);
  /** What is in the file now, or why it may not be read. */
  const read = (name: string): string =>
    files.read({ path: path(name), root }, (opened) =>
      opened.kind === 'open' ? readAt(opened.fd, 0, opened.identity.size).toString() : opened.refusal,
    );
  return { root, files, path, read };
}

/** How many descriptors of this process lead to files below the folder. */
function openBelow(folder: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => isBelow(`/proc/self/fd/${fd}`, folder)).length;
}

function isBelow(link: string, folder: string): boolean {
  try {
    return readlinkSync(link).startsWith(folder);
  } catch {
    return false;
  }
}

describe('a file that is read again and again', () => {
  it('stays open, and what was written meanwhile is read', () => {
    const { root, path, read } = setUp();
    writeFileSync(path('a'), 'one');
    expect([read('a'), openBelow(root)]).toEqual(['one', 1]);
    writeFileSync(path('a'), 'one two');
    expect([read('a'), openBelow(root)]).toEqual(['one two', 1]);
  });

  it('is another one as soon as another one has its path', () => {
    const { root, path, read } = setUp();
    writeFileSync(path('a'), 'one');
    read('a');
    writeFileSync(path('b'), 'other');
    renameSync(path('b'), path('a'));
    expect([read('a'), openBelow(root)]).toEqual(['other', 1]);
    rmSync(path('a'));
    expect([read('a'), openBelow(root)]).toEqual(['missing', 0]);
  });

  it('is refused as soon as its path is a link, even to itself', () => {
    const { path, read } = setUp();
    writeFileSync(path('a'), 'one');
    read('a');
    renameSync(path('a'), path('moved'));
    symlinkSync(path('moved'), path('a'));
    expect(read('a')).toBe('symlink');
  });

  it('is refused as soon as we may no longer read it', async () => {
    const { root, path, read } = setUp();
    writeFileSync(path('a'), 'one');
    read('a');
    chmodSync(path('a'), 0o000);
    expect(await withoutRoot(dirname(root), () => read('a'))).toBe('unreadable');
  });

  it('is refused after a recheck when its folder has become a link', () => {
    const { root, files, path, read } = setUp();
    writeFileSync(path('a'), 'one');
    read('a');
    files.recheck();
    expect([read('a'), files.size]).toEqual(['one', 1]);
    renameSync(join(root, 'sessions'), `${root}-elsewhere`);
    symlinkSync(`${root}-elsewhere`, join(root, 'sessions'));
    files.recheck();
    expect([read('a'), files.size]).toEqual(['outside', 0]);
  });
});

it('no more files stay open than were allowed, and the others are read all the same', () => {
  const { root, path, read } = setUp({ kept: 0, max: 2 });
  for (const name of ['a', 'b', 'c', 'd']) writeFileSync(path(name), name);
  for (let round = 0; round < 2; round++) expect(['a', 'b', 'c', 'd'].map(read)).toEqual(['a', 'b', 'c', 'd']);
  expect(openBelow(root)).toBe(2);
});

it('a file that was closed, or all of them, is open no longer', () => {
  const { root, files, path, read } = setUp();
  for (const name of ['a', 'b', 'c']) writeFileSync(path(name), name);
  for (const name of ['a', 'b', 'c']) read(name);
  files.close(path('a'));
  expect(openBelow(root)).toBe(2);
  files.closeAll();
  expect(openBelow(root)).toBe(0);
});

it('several sources together keep no more files open than one may', () => {
  const count = { kept: 0, max: 3 };
  const [one, other] = [setUp(count), setUp(count)];
  for (const { path, read } of [one, other])
    for (const name of ['a', 'b']) {
      writeFileSync(path(name), name);
      expect(read(name)).toBe(name);
    }
  expect([openBelow(one.root), openBelow(other.root)]).toEqual([2, 1]);
  one.files.closeAll();
  expect([other.read('b'), openBelow(other.root)]).toEqual(['b', 2]);
});
