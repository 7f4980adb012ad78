// Finds the sessions folders below the configured directory and lists them. Opens no transcript.

import { type Dirent, lstatSync, readdirSync, type StatSyncFn, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { MAIN_AGENT } from '../decoding/session-key.ts';
import { fileKindOf, type IgnoredName } from './file-name.ts';
import { discover, type FolderLook, lookAtFolder } from '../../../files/discover.ts';
import { eachEntry } from '../../../files/each-entry.ts';
import { inSlices } from '../../../files/in-slices.ts';
import type { Refusal } from '../../../files/open-file.ts';
import { type Discovery, type Folder as AnyFolder, type FolderLayout, folderVersion } from '../../../files/watched-folders.ts';

export interface Folder extends AnyFolder {
  /** The agent of the folder, by its path `<agents>/<agentId>/sessions`. */
  agentId: string;
}

export interface Listing {
  /** Transcripts that are not known yet. */
  transcripts: string[];
  /** Names like those of transcripts that are links, folders, pipes or devices. */
  refused: { name: string; refusal: 'symlink' | 'not_a_file' }[];
  locks: string[];
  /** How many files have names like transcripts but are copies, backups and the like. */
  ignored: Partial<Record<IgnoredName, number>>;
}

/** What is known of a folder before it is listed. */
export interface KnownNames {
  isKnown(name: string): boolean;
  /** Whether an index says that this is a transcript, whatever it is called. */
  isNamed(name: string): boolean;
}

const SESSIONS = 'sessions';
const LOOKS_AT_ONCE = 64;

/**
 * The sessions folders of `root`: itself when it is one, and every `<child>/sessions`. Symbolic links below `root` are not followed,
 * because an agent may have created them.
 */
export function findFolders(root: string): Promise<Discovery<Folder>> {
  return discover(async () => {
    const children = readdirSync(root, { withFileTypes: true });
    const isFolder = basename(root) === SESSIONS || children.some((child) => isOfSessions(child.name));
    const candidates = children.filter((child) => child.isDirectory()).map((child) => join(root, child.name, SESSIONS));
    // The configured directory itself may be a link; folders below it may not.
    const own = isFolder ? [folderAt(root, statSync)] : [];
    return [...own, ...(await inSlices(candidates, LOOKS_AT_ONCE, (path) => folderAt(path, lstatSync)))];
  });
}

/** Whether a file of this name shows that its folder holds sessions. */
function isOfSessions(name: string): boolean {
  const { kind } = fileKindOf(name);
  return kind !== 'other' && kind !== 'ignored';
}

/** Whether the folder at `path` may be an agent's or its sessions folder. A name with `.jsonl` in it is not an agent's. */
function mayHoldSessions(path: string): boolean {
  const [agent = '', folder, ...deeper] = path.split(sep);
  return folder === undefined ? !agent.includes('.jsonl') : folder === SESSIONS && deeper.length === 0;
}

const AGENTS = 1; // <root>/<agent>, in which a folder of sessions appears

/** The sessions folder of every agent, or the directory itself when it is one. */
export const SESSIONS_FOLDERS: FolderLayout<Folder> = {
  find: findFolders,
  isOwnName: isOfSessions,
  tree: { depth: AGENTS, isIgnored: (path) => !mayHoldSessions(path) },
};

function folderAt(path: string, look: StatSyncFn): FolderLook<Folder> {
  return lookAtFolder(path, () => {
    const stats = look(path, { bigint: true, throwIfNoEntry: false });
    if (stats?.isDirectory() !== true) return undefined;
    const agentId = basename(path) === SESSIONS ? basename(dirname(path)) : '';
    const namesChangedAt = Number(stats.mtimeNs) / 1e6;
    return { path, agentId: agentId === '' ? MAIN_AGENT : agentId, version: folderVersion(stats), namesChangedAt };
  });
}

/** The names in a sessions folder that matter, or why it cannot be listed. */
export async function listFolder(path: string, names: KnownNames): Promise<Listing | Refusal> {
  const listing: Listing = { transcripts: [], refused: [], locks: [], ignored: {} };
  const refusal = await eachEntry(path, (entry) => {
    if (!names.isKnown(entry.name)) addTo(listing, entry, names);
  });
  return refusal ?? listing;
}

function addTo(listing: Listing, entry: Dirent, names: KnownNames): void {
  const { name } = entry;
  const fileKind = fileKindOf(name);
  switch (fileKind.kind) {
    case 'transcript':
      if (entry.isFile()) listing.transcripts.push(name);
      else listing.refused.push({ name, refusal: entry.isSymbolicLink() ? 'symlink' : 'not_a_file' });
      return;
    case 'ignored':
      if (!entry.isFile()) return;
      if (names.isNamed(name)) listing.transcripts.push(name);
      else listing.ignored[fileKind.what] = (listing.ignored[fileKind.what] ?? 0) + 1;
      return;
    case 'lock':
      if (entry.isFile()) listing.locks.push(name);
      return;
    case 'archived':
    case 'index':
    case 'other':
      return;
    default:
      fileKind satisfies never;
  }
}
