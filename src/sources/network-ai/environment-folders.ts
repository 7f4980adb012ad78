// Finds the environments of a data folder: itself, and the folders in it that have the name of one. Opens no file.

import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { discover, type FolderLook, lookAtFolder } from '../../files/discover.ts';
import { inSlices } from '../../files/in-slices.ts';
import { type Folder, type FolderLayout, folderVersion } from '../../files/watched-folders.ts';
import { isDataFile } from './environment-files.ts';

/** `environment` is absent for the data folder itself; its folders of changes have it, too. */
export interface DataPlace extends Folder {
  environment: string | undefined;
}

const CHANGES = 'pending_changes';
const ARCHIVE = 'archive';
const ENVIRONMENT = /^[\w-]{1,60}$/;
const MAX_ENVIRONMENTS = 50;
const LOOKS_AT_ONCE = 64;

export const DATA_LAYOUT: FolderLayout<DataPlace> = {
  find: (root) =>
    discover(() => {
      const names = readdirSync(root, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && entry.name !== CHANGES && ENVIRONMENT.test(entry.name))
        .map(({ name }) => name)
        .toSorted()
        .slice(0, MAX_ENVIRONMENTS);
      const all = [undefined, ...names].flatMap((environment) => placesOf(root, environment));
      return inSlices(all, LOOKS_AT_ONCE, ([path, environment]) => placeAt(path, environment));
    }),
  isOwnName: isDataFile,
  tree: { depth: 2, isIgnored: (path) => !isOnTheWay(path.split('/')) },
};

function placesOf(root: string, environment: string | undefined): [string, string | undefined][] {
  const own = environment === undefined ? root : join(root, environment);
  return [own, join(own, CHANGES), join(own, CHANGES, ARCHIVE)].map((path) => [path, environment]);
}

function placeAt(path: string, environment: string | undefined): FolderLook<DataPlace> {
  return lookAtFolder(path, () => {
    const stats = lstatSync(path, { bigint: true });
    return stats.isDirectory() ? { path, environment, version: folderVersion(stats) } : undefined;
  });
}

function isOnTheWay(parts: readonly string[]): boolean {
  const below = parts[0] === CHANGES ? parts : parts.slice(1);
  const isKnown = below.length === 0 || (below[0] === CHANGES && (below.length === 1 || (below.length === 2 && below[1] === ARCHIVE)));
  return isKnown && parts.every((part) => ENVIRONMENT.test(part));
}
