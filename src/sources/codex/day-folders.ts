// Finds the folders of rollouts: one per day, `sessions/2026/11/26`. Threads stay in the folder of the day on which they began, so that
// an old folder may grow again, and at midnight (local time) there is a new one.

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inSlices } from '../../files/in-slices.ts';
import { refusalOf } from '../../files/open-file.ts';
import { type Discovery, type Folder, type FolderLayout, folderVersion } from '../../files/watched-folders.ts';

const SESSIONS = 'sessions';
const LEVELS = [/^\d{4}$/, /^\d{2}$/, /^\d{2}$/];
const WAY_TO_A_DAY = /^sessions(?:\/\d{4}(?:\/\d{2}(?:\/\d{2})?)?)?$/;
const ROLLOUT = /^rollout-[\w.:+-]{1,200}\.jsonl$/;
const LOOKS_AT_ONCE = 64;

/** The folders below the home of Codex. Symbolic links below it are not followed. */
export const DAY_FOLDERS: FolderLayout<Folder> = {
  find: findDays,
  isOwnName: () => false,
  tree: { depth: LEVELS.length, isIgnored: (path) => !WAY_TO_A_DAY.test(path) },
};

export function isRollout(name: string): boolean {
  return ROLLOUT.test(name);
}

async function findDays(home: string): Promise<Discovery<Folder>> {
  try {
    await readdir(home);
  } catch (error) {
    return { kind: refusalOf(error) === 'missing' ? 'missing' : 'unreadable' };
  }
  const unreadable: string[] = [];
  let paths = [join(home, SESSIONS)];
  for (const level of LEVELS) paths = (await inSlices(paths, LOOKS_AT_ONCE, (path) => foldersIn(path, level, unreadable))).flat();
  const folders = await inSlices(paths, LOOKS_AT_ONCE, folderAt);
  return { kind: 'found', folders: folders.filter((folder) => folder !== undefined), unreadable };
}

async function foldersIn(path: string, name: RegExp, unreadable: string[]): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && name.test(entry.name)).map((entry) => join(path, entry.name));
  } catch (error) {
    if (refusalOf(error) !== 'missing') unreadable.push(path);
    return [];
  }
}

async function folderAt(path: string): Promise<Folder | undefined> {
  try {
    return { path, version: folderVersion(await lstat(path, { bigint: true })) };
  } catch {
    return undefined;
  }
}
