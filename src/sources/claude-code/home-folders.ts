// Finds the folders below a configuration folder that hold sessions, sub-agents and live files. Opens no file.

import { lstatSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { discover, type FolderLook, lookAtFolder } from '../../files/discover.ts';
import { inSlices } from '../../files/in-slices.ts';
import { type Discovery, type Folder, type FolderLayout, folderVersion } from '../../files/watched-folders.ts';
import type { FolderKind } from './file-names.ts';
import { SIGNAL_FOLDER } from './hook-signals.ts';

export interface HomeFolder extends Folder {
  kind: FolderKind;
}

const TOP: ReadonlySet<string> = new Set(['projects', 'sessions', 'jobs', SIGNAL_FOLDER]);
const LOOKS_AT_ONCE = 64;
const RECENT_JOB_MS = 24 * 3_600_000;

/** `sessionFolders` are those of the sessions at work: old sessions have thousands of them, and nothing changes there. */
export function homeLayout(sessionFolders: () => Iterable<string>, now: () => number): FolderLayout<HomeFolder> {
  return {
    find: (root) => findFolders(root, [...sessionFolders()], now()),
    isOwnName: (name) => TOP.has(name),
    tree: { depth: 1, isIgnored: (path) => !isOfTop(path) },
  };
}

/** `projects` and each folder in it, `sessions`, `jobs`, and that of our signals. */
function isOfTop(path: string): boolean {
  const [top = '', , ...deeper] = path.split(sep);
  return TOP.has(top) && deeper.length === 0;
}

function findFolders(root: string, sessionFolders: readonly string[], now: number): Promise<Discovery<HomeFolder>> {
  return discover(() => {
    statSync(root + sep); // throws also where it is no folder
    const [projects, jobs] = [namesIn(join(root, 'projects')), namesIn(join(root, 'jobs'))];
    const wanted: [string, FolderKind][] = [
      [join(root, 'sessions'), 'live'],
      [join(root, 'jobs'), 'jobs'],
      [join(root, SIGNAL_FOLDER), 'signals'],
      ...projects.map((name): [string, FolderKind] => [join(root, 'projects', name), 'project']),
      ...jobs.map((name): [string, FolderKind] => [join(root, 'jobs', name), 'job']),
      ...sessionFolders.flatMap((path): [string, FolderKind][] => [
        [path, 'session'],
        [join(path, 'subagents'), 'agents'],
      ]),
    ];
    return inSlices(wanted, LOOKS_AT_ONCE, ([path, kind]) => folderAt(path, kind, now));
  });
}

/** Unlike the root, a folder in it that cannot be listed must not hide the others. */
function namesIn(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

/** No link is followed. */
function folderAt(path: string, kind: FolderKind, now: number): FolderLook<HomeFolder> {
  return lookAtFolder(path, () => {
    const stats = lstatSync(path, { bigint: true });
    if (!stats.isDirectory()) return undefined;
    if (kind === 'job' && now - Number(stats.mtimeMs) > RECENT_JOB_MS) return undefined;
    return { path, kind, version: folderVersion(stats), namesChangedAt: Number(stats.mtimeMs) };
  });
}

/** The session that a folder of sub-agents belongs to. */
export function sessionOfAgents({ path }: HomeFolder): string {
  return basename(dirname(path));
}
