// Finds sessions folders below the configured directory and lists them. Owns no state and opens no transcript.

import { lstat, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileKindOf, type IgnoredName } from './file-name.ts';
import { type Refusal, refusalOf } from './open-file.ts';

export interface Folder {
  path: string;
  /** The agent the folder belongs to, by its place `<agents>/<agentId>/sessions`. */
  agentId: string;
  /** Differs when the folder was removed and made anew. */
  version: string;
}

/** What lies below the directory now. `missing` is waited for. */
export type Discovery = { kind: 'missing' } | { kind: 'unreadable' } | { kind: 'found'; folders: Folder[]; unreadable: string[] };

export interface Listing {
  transcripts: string[];
  /** Names that look like transcripts but are links, folders, pipes or devices. */
  refused: { name: string; refusal: 'symlink' | 'not_a_file' }[];
  locks: string[];
  /** Names that look like transcripts and are copies, backups and the like. */
  ignored: { name: string; what: IgnoredName }[];
}

const SESSIONS = 'sessions';

/**
 * The sessions folders of `root`: itself when it is one, and every `<child>/sessions`. Symbolic links below `root` are not followed,
 * because an agent may have made them.
 */
export async function findFolders(root: string): Promise<Discovery> {
  try {
    const children = await readdir(root, { withFileTypes: true });
    const isFolder = basename(root) === SESSIONS || children.some((child) => isOfSessions(child.name));
    const candidates = children.filter((child) => child.isDirectory()).map((child) => join(root, child.name, SESSIONS));
    // The configured directory itself may be a link; what lies below it may not.
    const own = isFolder ? [folderAt(root, stat)] : [];
    const looks = await Promise.all([...own, ...candidates.map((path) => folderAt(path, lstat))]);
    const found = looks.filter((look) => look !== undefined);
    return {
      kind: 'found',
      folders: found.filter((look) => typeof look !== 'string'),
      unreadable: found.filter((look) => typeof look === 'string'),
    };
  } catch (error) {
    return { kind: refusalOf(error) === 'missing' ? 'missing' : 'unreadable' };
  }
}

/** Whether a name tells that its folder holds sessions. */
function isOfSessions(name: string): boolean {
  const { kind } = fileKindOf(name);
  return kind !== 'other' && kind !== 'ignored';
}

/** The folder, its path alone when it may not be looked at, or nothing. */
async function folderAt(path: string, look: typeof lstat): Promise<Folder | string | undefined> {
  try {
    const stats = await look(path, { bigint: true });
    if (!stats.isDirectory()) return undefined;
    const agentId = basename(path) === SESSIONS ? basename(dirname(path)) : 'main';
    return { path, agentId: agentId === '' ? 'main' : agentId, version: `${stats.dev}:${stats.ino}:${stats.birthtimeNs}` };
  } catch (error) {
    return refusalOf(error) === 'missing' ? undefined : path;
  }
}

/** The names in a sessions folder that matter, or why it cannot be listed. */
export async function listFolder(path: string): Promise<Listing | Refusal> {
  try {
    const listing: Listing = { transcripts: [], refused: [], locks: [], ignored: [] };
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const fileKind = fileKindOf(entry.name);
      const { kind } = fileKind;
      if (fileKind.kind === 'ignored' && entry.isFile()) listing.ignored.push({ name: entry.name, what: fileKind.what });
      if (kind === 'lock' && entry.isFile()) listing.locks.push(entry.name);
      if (kind !== 'transcript') continue;
      if (entry.isFile()) listing.transcripts.push(entry.name);
      else listing.refused.push({ name: entry.name, refusal: entry.isSymbolicLink() ? 'symlink' : 'not_a_file' });
    }
    return listing;
  } catch (error) {
    return refusalOf(error);
  }
}
