import { expect, it } from 'vitest';
import { ChangedNames } from '../../../src/files/changed-names.ts';

it('a folder with thousands of names holds up no other', async () => {
  const looked: string[] = [];
  const hints = new ChangedNames<string>(async (folder, name) => void looked.push(`${folder}/${name}`));
  for (let name = 0; name < 4_000; name++) hints.add('flood', `f${name}`);
  hints.add('calm', 'c');
  while (looked.length < 4_001) await new Promise(setImmediate);
  expect(looked.indexOf('calm/c')).toBeLessThan(20);
});

it('what happens to a file at once is looked at once, and what happens while it is looked at is looked at again', async () => {
  const looked: string[] = [];
  let isNoted = false;
  const hints: ChangedNames<string> = new ChangedNames(async (folder, name) => {
    looked.push(name);
    if (!isNoted) hints.add(folder, name);
    isNoted = true;
  });
  for (let time = 0; time < 100; time++) hints.add('a', 'x');
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  expect(looked).toEqual(['x', 'x']);
});

it('nothing is looked at after a stop', async () => {
  const looked: string[] = [];
  const hints = new ChangedNames<string>(async (_folder, name) => void looked.push(name));
  hints.add('a', 'x');
  await hints.stop();
  hints.add('a', 'y');
  await new Promise(setImmediate);
  expect(looked).toEqual([]);
});
