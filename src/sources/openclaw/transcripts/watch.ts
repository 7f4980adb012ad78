// Turns file events into hints: chokidar tells which folders come and go, one watch of the system per sessions folder names the files that
// change in it. A file costs nothing: there may be tens of thousands. Owns the watches; a hint only says where to look.

import { type FSWatcher as FolderWatcher, watch as systemWatch } from 'node:fs';
import { relative, sep } from 'node:path';
import { type ChokidarOptions, watch as chokidarWatch, type FSWatcher } from 'chokidar';
import { codeOf } from '../../../files/open-file.ts';

/** Where events come from; something else stands in for it in tests of what the system refuses. */
export interface FileEvents {
  tree(path: string, options: ChokidarOptions): Pick<FSWatcher, 'on' | 'close'>;
  folder(
    path: string,
    listener: (event: string, name: string | null) => void,
  ): Pick<FolderWatcher, 'close'> & { on(event: 'error', told: (error: Error) => void): unknown };
}

/** `limit`: the system gives no more watches. `failed`: anything else. */
export type WatchFailure = 'limit' | 'failed';

export interface TreeWatchOptions {
  root: string;
  /** A folder may have come or gone. Several hints may stand for one change, and one for several. */
  onHint(): void;
  onError(kind: WatchFailure): void;
  /** From now on no change is missed; what happened before is in no hint. */
  onReady(): void;
  events?: FileEvents;
}

const AGENTS = 1; // <root>/<agent>, in which a folder of sessions appears
const SYSTEM: FileEvents = { tree: chokidarWatch, folder: systemWatch };

/** Watches for sessions folders until the returned function is called. */
export function watchTree({ root, onHint, onError, onReady, events = SYSTEM }: TreeWatchOptions): () => Promise<void> {
  const watcher = events.tree(root, {
    ignored: (path, stats) => isIgnored(relative(root, path), stats?.isDirectory()),
    ignoreInitial: true,
    followSymlinks: false,
    depth: AGENTS,
    backend: 'native',
    atomic: false,
    awaitWriteFinish: false,
    ignorePermissionErrors: true,
  });
  watcher.on('all', onHint);
  watcher.on('ready', onReady);
  watcher.on('error', (error) => onError(failureOf(error)));
  return () => watcher.close();
}

/** Names what changes in one folder until the returned function is called; nothing when it cannot be watched now. */
export function watchFolder(
  path: string,
  onName: (name: string) => void,
  onError: (kind: WatchFailure) => void,
  { folder: start }: FileEvents = SYSTEM,
): (() => void) | undefined {
  try {
    const watcher = start(path, (_event, name) => {
      if (name !== null) onName(name);
    });
    watcher.on('error', (error) => onError(failureOf(error)));
    return () => watcher.close();
  } catch (error) {
    // Gone, or not to be looked into: both are found, and told, by who lists it.
    if (!['ENOENT', 'ENOTDIR', 'EACCES'].includes(codeOf(error))) onError(failureOf(error));
    return undefined;
  }
}

/** Files are none of its business. A name with a dot is hardly ever an agent's, and asking the system about each costs. */
function isIgnored(path: string, isDirectory: boolean | undefined): boolean {
  const parts = path.split(sep);
  if (path === '') return false;
  return isDirectory === false || (parts.length === 1 ? path.includes('.jsonl') : parts.length > 2 || parts[1] !== 'sessions');
}

function failureOf(error: unknown): WatchFailure {
  return ['ENOSPC', 'EMFILE', 'ENFILE'].includes(codeOf(error)) ? 'limit' : 'failed';
}
