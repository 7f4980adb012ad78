// Finds the repository that a folder belongs to, from its `.git` alone. Runs no program.

import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize, relative, resolve } from 'node:path';
import { setBounded } from '../../core/bounded-map.ts';
import { asText } from '../../core/json-guards.ts';

/** Where somebody works. */
export interface Project {
  /** The folder of the main repository, also for a worktree; the folder itself outside a repository. It names the project. */
  readonly main: string;
  /** The checkout that the folder is in: paths are shown from there. */
  readonly root: string;
}

const MAX_POINTER_BYTES = 4096; // a `.git` file has one line
const MAX_PATH_CHARS = 4096; // the system knows no longer ones
const MAX_LEVELS = 100; // each costs two or three system calls
const MAX_KNOWN = 2_000;
const known = new Map<string, Project>();

/** The folder that a line names; `undefined` for what can be none. */
export function folderIn(value: unknown): string | undefined {
  const text = asText(value);
  return text !== undefined && text.length <= MAX_PATH_CHARS ? text : undefined;
}

/** The project of a folder. It stays the same for the life of the process, whatever happens to the folder. */
export function projectOf(folder: string): Project {
  const path = normalize(folder).replace(/(?<=.)\/+$/, '');
  const found = known.get(path) ?? findProject(path);
  setBounded(known, path, found, MAX_KNOWN);
  return found;
}

/** A checkout that is further above is not found. */
function findProject(folder: string): Project {
  let root = folder;
  for (let level = 0; level < MAX_LEVELS && isAbsolute(root); level++) {
    const main = mainOf(root);
    if (main !== undefined) return { main, root };
    if (root === dirname(root)) break;
    root = dirname(root);
  }
  return { main: folder, root: folder };
}

/** The main repository of a checkout; `undefined` when the folder is none. A submodule is a project of its own. */
function mainOf(root: string): string | undefined {
  const git = join(root, '.git');
  if (isFolder(git)) return root;
  const pointer = /^gitdir: (.+)$/m.exec(textOf(git) ?? '')?.[1];
  if (pointer === undefined) return undefined;
  const gitFolder = resolve(root, pointer.trim());
  const common = textOf(join(gitFolder, 'commondir'))?.trim();
  if (common === undefined) return root;
  const shared = resolve(gitFolder, common);
  return basename(shared) === '.git' ? dirname(shared) : shared;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** It waits for no pipe, not even for one that takes the place of the file meanwhile. */
function textOf(path: string): string | undefined {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(fd);
      return stats.isFile() && stats.size <= MAX_POINTER_BYTES ? readFileSync(fd, 'utf8') : undefined;
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

/** A path as everybody may see it: from the checkout on, or only its last part when it lies outside. `from`: where relative paths start. */
export function shownPath(path: string, { root }: Project, from: string): string {
  const below = relative(root, resolve(from, path));
  const isInside = below !== '' && !below.startsWith('..') && !isAbsolute(below);
  return isInside ? below : below === '' ? '.' : basename(path);
}
