// Turns file events into hints. chokidar reports that a folder came or went; one system watch per folder names the files that change in
// it. Files cost nothing, so there may be tens of thousands. A hint only says where to look.

import { type FSWatcher as FolderWatcher, watch as systemWatch } from 'node:fs';
import { relative } from 'node:path';
import { type ChokidarOptions, watch as chokidarWatch, type FSWatcher } from 'chokidar';
import { errorCode } from '../core/error-code.ts';

/** Where events come from. Tests replace it to show what happens when the system refuses watches. */
export interface FileEvents {
  tree(path: string, options: ChokidarOptions): Pick<FSWatcher, 'on' | 'close'>;
  folder(
    path: string,
    listener: (event: string, name: string | null) => void,
  ): Pick<FolderWatcher, 'close'> & { on(event: 'error', listener: (error: Error) => void): unknown };
}

/** `limit`: the system has no more watches. `failed`: any other error. */
export type WatchFailure = 'limit' | 'failed';

export interface TreeWatchOptions {
  root: string;
  /** How many levels of folders below `root` are watched for folders that come and go. */
  depth: number;
  /** Folders to skip, by their path below `root`: each one that is checked costs a system call. */
  isIgnored(path: string): boolean;
  /** A folder may have come or gone. One change may give several hints, and one hint may cover several changes. */
  onHint(): void;
  onError(kind: WatchFailure): void;
  /** From now on no change is missed. There are no hints of earlier changes. */
  onReady(): void;
  events?: FileEvents;
}

const SYSTEM: FileEvents = { tree: chokidarWatch, folder: systemWatch };

/** Watches folders, not files, until the returned function is called. */
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

/** Reports the names that change in one folder until the returned function is called. `undefined`: it cannot be watched now. */
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
    // The folder is gone or may not be read. Whoever lists it finds out.
    if (!['ENOENT', 'ENOTDIR', 'EACCES'].includes(errorCode(error) ?? '')) onError(failureOf(error));
    return undefined;
  }
}

function failureOf(error: unknown): WatchFailure {
  return ['ENOSPC', 'EMFILE', 'ENFILE'].includes(errorCode(error) ?? '') ? 'limit' : 'failed';
}
