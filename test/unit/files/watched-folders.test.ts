import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createFileProblems, fileSentences } from '../../../src/files/file-problems.ts';
import { type Folder, type FolderLayout, WatchedFolders } from '../../../src/files/watched-folders.ts';
import { FakeClock } from '../../support/clock.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { eventually } from '../../support/until.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Folders `<root>/<year>/<month>`, each with logs of its month. */
const MONTHS: FolderLayout<Folder> = {
  find: async (root) => {
    const years = readdirSync(root).filter((name) => /^\d{4}$/.test(name));
    const paths = years.flatMap((year) => readdirSync(join(root, year)).map((month) => join(root, year, month)));
    return { kind: 'found', folders: paths.map((path) => ({ path, version: String(statSync(path).ino) })), unreadable: [] };
  },
  isOwnName: () => false,
  tree: { depth: 1, isIgnored: (path) => !/^\d{4}$/.test(path.split(sep)[0] ?? '') },
};

function setUp(polling = false) {
  const root = tempFolder();
  const said: string[] = [];
  const problems = createFileProblems({ sentences: fileSentences('log'), ofFolders: [] }, quiet, new FakeClock());
  const nameOf = ({ path }: Folder): string => path.slice(root.length + 1);
  const folders = new WatchedFolders({
    root,
    layout: MONTHS,
    polling,
    problems,
    onName: (folder, name) => said.push(`${nameOf(folder)} has ${name}`),
    onHint: () => void folders.discover(),
    onFound: (folder) => said.push(`found ${nameOf(folder)}`),
    onGone: (folder) => said.push(`gone ${nameOf(folder)}`),
  });
  onTestFinished(() => folders.stop());
  const make = (month: string): void => void mkdirSync(join(root, month), { recursive: true });
  return { root, said, folders, make };
}

it('folders of any layout are found, also when they come later, and say which files change in them', async () => {
  const { root, said, folders, make } = setUp();
  make('2026/10');
  await folders.discover();
  expect({ said, watching: folders.watching }).toEqual({ said: ['found 2026/10'], watching: 'events' });
  make('2026/11');
  await eventually(() => expect(said).toContain('found 2026/11'));
  await eventually(() => {
    writeFileSync(join(root, '2026/11/a.log'), 'x');
    expect(said).toContain('2026/11 has a.log');
  });
});

it('a folder that was made anew is gone and found again', async () => {
  const { root, said, folders, make } = setUp(true);
  make('2026/10');
  await folders.discover();
  mkdirSync(join(root, 'between')); // so that the inode is another one
  rmSync(join(root, '2026/10'), { recursive: true });
  mkdirSync(join(root, 'taken'));
  make('2026/10');
  await folders.discover();
  expect(said).toEqual(['found 2026/10', 'gone 2026/10', 'found 2026/10']);
});

it('many folders of which file events tell are looked for now and then, and at once after a hint', async () => {
  const root = tempFolder();
  const names = Array.from({ length: 450 }, (_, number) => `folder${number}`);
  for (const name of names) mkdirSync(join(root, name));
  let finds = 0;
  const find: typeof MONTHS.find = async () => {
    finds += 1;
    return { kind: 'found', folders: names.map((name) => ({ path: join(root, name), version: '1' })), unreadable: [] };
  };
  const problems = createFileProblems({ sentences: fileSentences('log'), ofFolders: [] }, quiet, new FakeClock());
  const ignore = (): void => undefined;
  const layout = { ...MONTHS, find, tree: { depth: 0, isIgnored: () => false } };
  let hints = 0;
  const onHint = (): void => void (hints += 1);
  const folders = new WatchedFolders({ root, layout, polling: false, problems, onName: ignore, onHint, onFound: ignore, onGone: ignore });
  onTestFinished(() => folders.stop());
  const findsIn = async (sweeps: number): Promise<number> => {
    finds = 0;
    for (let sweep = 0; sweep < sweeps; sweep++) await folders.rediscover();
    return finds;
  };
  expect([await findsIn(1), await findsIn(2), await findsIn(1), await findsIn(6)]).toEqual([1, 0, 1, 2]);
  mkdirSync(join(root, 'later'));
  await eventually(() => expect(hints).toBeGreaterThan(0));
  expect(await findsIn(1)).toBe(1);
});

it('where file events must not be used nothing is watched', async () => {
  const { root, said, folders, make } = setUp(true);
  make('2026/10');
  await folders.discover();
  writeFileSync(join(root, '2026/10/a.log'), 'x');
  expect({ said, watching: folders.watching }).toEqual({ said: ['found 2026/10'], watching: 'polling' });
});
