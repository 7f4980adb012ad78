import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SmallFile } from '../../../src/files/small-file.ts';
import { tempFolderInMemory } from '../../support/temp-folder.ts';

function setUp(followsLinks = false) {
  const path = join(tempFolderInMemory(), 'state.json');
  return { path, file: new SmallFile({ path, root: undefined, followsLinks }, 10) };
}

it('a small file is read as a whole, and again only when it has changed or was forgotten', async () => {
  const { path, file } = setUp();
  expect(await file.read()).toEqual({ kind: 'refused', refusal: 'missing' });
  writeFileSync(path, 'one');
  expect(await file.read()).toMatchObject({ kind: 'read', text: 'one' });
  expect(await file.read()).toEqual({ kind: 'unchanged' });
  file.forget();
  expect(await file.read()).toMatchObject({ kind: 'read', text: 'one' });
  writeFileSync(path, 'three');
  expect(await file.read()).toMatchObject({ kind: 'read', text: 'three' });
});

it('a file that came back after it was refused is read again', async () => {
  const { path, file } = setUp();
  writeFileSync(path, 'one');
  await file.read();
  rmSync(path);
  expect(await file.read()).toEqual({ kind: 'refused', refusal: 'missing' });
  writeFileSync(path, 'one');
  expect(await file.read()).toMatchObject({ kind: 'read', text: 'one' });
});

it('a file over the limit is not read, one of just the limit is', async () => {
  const { path, file } = setUp();
  writeFileSync(path, 'x'.repeat(11));
  expect(await file.read()).toEqual({ kind: 'too_large' });
  writeFileSync(path, 'x'.repeat(10));
  expect(await file.read()).toMatchObject({ kind: 'read', text: 'x'.repeat(10) });
});

it('a FIFO is refused at once; a link is followed only where that is allowed', async () => {
  const { path, file } = setUp();
  execFileSync('mkfifo', [path]);
  expect(await file.read()).toEqual({ kind: 'refused', refusal: 'not_a_file' });
  rmSync(path);
  writeFileSync(`${path}.real`, 'one');
  symlinkSync(`${path}.real`, path);
  expect(await file.read()).toEqual({ kind: 'refused', refusal: 'symlink' });
  const allowed = new SmallFile({ path, root: undefined, followsLinks: true }, 10);
  expect(await allowed.read()).toMatchObject({ kind: 'read', text: 'one' });
});
