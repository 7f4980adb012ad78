// Turns file events into hints: chokidar says that a folder came or went, one watch of the system per folder names the files that change
// in it. A file costs nothing: there may be tens of thousands. Owns the watches; a hint only says where to look.

import { type FSWatcher as FolderWatcher, watch as systemWatch } from 'node:fs';
import { relative } from 'node:path';
import { type ChokidarOptions, watch as chokidarWatch, type FSWatcher } from 'chokidar';
import { errorCode } from '../core/error-code.ts';

/** Where events come from; something else stands in for it in tests of what the system refuses. */
export interface FileEvents {
  tree(path: string, options: ChokidarOptions): Pick<FSWatcher, 'on' | 'close'>;
  folder(
    path: string,
    listener: (event: string, name: string | null) => void,
  ): Pick<FolderWatcher, 'close'> & { on(event: 'error', listener: (error: Error) => void): unknown };
}

/** `limit`: the system gives no more watches. `failed`: anything else. */
export type WatchFailure = 'limit' | 'failed';

export interface TreeWatchOptions {
  root: string;
  /** How many levels of folders below `root` are watched for folders that come and go. */
  depth: number;
  /** Folders nobody needs to look into, by their path below `root`. Asking the system about each costs. */
  isIgnored(path: string): boolean;
  /** A folder may have come or gone. Several hints may stand for one change, and one for several. */
  onHint(): void;
  onError(kind: WatchFailure): void;
  /** From now on no change is missed; what happened before is in no hint. */
  onReady(): void;
  events?: FileEvents;
}

const SYSTEM: FileEvents = { tree: chokidarWatch, folder: systemWatch };

/** Watches for folders, not for files, until the returned function is called. */
export function watchTree({ root, depth, isIgnored, onHint, onError, onReady, events = SYSTEM }: TreeWatchOptions): () => Promise<void> {
  const watcher = events.tree(root, {
    ignored: (path, stats) => {
      const below = relative(root, path);
      return below !== '' && (stats?.isDirectory() === false || isIgnored(below));
    },
    ignoreInitial: true,
    followSymlinks: false,
    depth,
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
    // Gone, or not to be looked into: both are found by whoever lists it.
    if (!['ENOENT', 'ENOTDIR', 'EACCES'].includes(errorCode(error) ?? '')) onError(failureOf(error));
    return undefined;
  }
}

function failureOf(error: unknown): WatchFailure {
  return ['ENOSPC', 'EMFILE', 'ENFILE'].includes(errorCode(error) ?? '') ? 'limit' : 'failed';
}
