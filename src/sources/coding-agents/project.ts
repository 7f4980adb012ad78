// Finds the repository that a folder belongs to, from its `.git` alone. Runs no program.

import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize, relative, resolve } from 'node:path';
import { setBounded } from '../../core/bounded-map.ts';

/** Where somebody works. */
export interface Project {
  /** The folder of the main repository, also for a worktree; the folder itself outside a repository. It names the project. */
  readonly main: string;
  /** The checkout that the folder is in: paths are shown from there. */
  readonly root: string;
}

const MAX_POINTER_BYTES = 4096; // a `.git` file has one line
const MAX_KNOWN = 2_000;
const known = new Map<string, Project>();

/** The project of a folder. It stays the same for the life of the process, whatever happens to the folder. */
export function projectOf(folder: string): Project {
  const path = normalize(folder).replace(/(?<=.)\/+$/, '');
  const found = known.get(path) ?? findProject(path);
  setBounded(known, path, found, MAX_KNOWN);
  return found;
}

function findProject(folder: string): Project {
  for (let root = folder; isAbsolute(root); root = dirname(root)) {
    const main = mainOf(root);
    if (main !== undefined) return { main, root };
    if (root === dirname(root)) break;
  }
  return { main: folder, root: folder };
}

/** The main repository of a checkout; `undefined` when the folder is none. A submodule is a project of its own. */
function mainOf(root: string): string | undefined {
  const git = join(root, '.git');
  if (kindOf(git) === 'folder') return root;
  const pointer = /^gitdir: (.+)$/m.exec(textOf(git) ?? '')?.[1];
  if (pointer === undefined) return undefined;
  const gitFolder = resolve(root, pointer.trim());
  const common = textOf(join(gitFolder, 'commondir'))?.trim();
  if (common === undefined) return root;
  const shared = resolve(gitFolder, common);
  return basename(shared) === '.git' ? dirname(shared) : shared;
}

function kindOf(path: string): 'folder' | 'file' | undefined {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) return 'folder';
    return stats.isFile() && stats.size <= MAX_POINTER_BYTES ? 'file' : undefined;
  } catch {
    return undefined;
  }
}

function textOf(path: string): string | undefined {
  try {
    return kindOf(path) === 'file' ? readFileSync(path, 'utf8') : undefined;
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
