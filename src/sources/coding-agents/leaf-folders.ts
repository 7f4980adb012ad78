// Finds the folders of logs that lie a fixed number of levels below a home, each level with names of its own form.

import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { discover } from '../../files/discover.ts';
import { inSlices } from '../../files/in-slices.ts';
import { refusalOf } from '../../files/open-file.ts';
import { type Discovery, type Folder, type FolderLayout, folderVersion } from '../../files/watched-folders.ts';

const LOOKS_AT_ONCE = 64;

/** The folders at the last of these levels. Symbolic links below the home are not followed. */
export function leafFolders(levels: readonly RegExp[]): FolderLayout<Folder> {
  return {
    find: (home) => findLeaves(home, levels),
    isOwnName: () => false,
    tree: { depth: levels.length - 1, isIgnored: (path) => !isOnTheWay(path.split('/'), levels) },
  };
}

function isOnTheWay(parts: readonly string[], levels: readonly RegExp[]): boolean {
  return parts.length <= levels.length && parts.every((part, index) => levels[index]?.test(part) === true);
}

function findLeaves(home: string, levels: readonly RegExp[]): Promise<Discovery<Folder>> {
  return discover(async () => {
    readdirSync(home);
    const unreadable: string[] = [];
    let paths = [home];
    for (const level of levels) paths = (await inSlices(paths, LOOKS_AT_ONCE, (path) => foldersIn(path, level, unreadable))).flat();
    return [...(await inSlices(paths, LOOKS_AT_ONCE, folderAt)), ...unreadable];
  });
}

function foldersIn(path: string, name: RegExp, unreadable: string[]): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && name.test(entry.name)).map((entry) => join(path, entry.name));
  } catch (error) {
    if (refusalOf(error) !== 'missing') unreadable.push(path);
    return [];
  }
}

function folderAt(path: string): Folder | undefined {
  try {
    const stats = lstatSync(path, { bigint: true });
    return { path, version: folderVersion(stats), namesChangedAt: Number(stats.mtimeMs) };
  } catch {
    return undefined;
  }
}
