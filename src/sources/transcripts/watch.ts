// Turns file events below the transcript directory into hints. Owns the watcher; a hint only says where to look.

import { basename, join, relative, sep } from 'node:path';
import { type ChokidarOptions, watch as chokidarWatch, type FSWatcher } from 'chokidar';
import { fileKindOf } from './file-name.ts';
import { codeOf } from './open-file.ts';

export interface WatchOptions {
  root: string;
  /** Something happened to this path. Several hints may stand for one change, and one for several. */
  onHint(path: string): void;
  /** `limit`: the system gives no more watches. `failed`: anything else. */
  onError(kind: 'limit' | 'failed'): void;
  /** From now on no change is missed; what happened before is in no hint. */
  onReady(): void;
  /** Stands in for chokidar in tests of what the system refuses. */
  start?: (path: string, options: ChokidarOptions) => Pick<FSWatcher, 'on' | 'close'>;
}

const MAX_DEPTH = 2; // <root>/<agent>/sessions/<file>

/** Watches one directory tree until the returned function is called. */
export function watchTree({ root, onHint, onError, onReady, start = chokidarWatch }: WatchOptions): () => Promise<void> {
  const watcher = start(root, {
    ignored: (path, stats) => isIgnored(relative(root, path), stats?.isDirectory()),
    ignoreInitial: true,
    followSymlinks: false,
    depth: MAX_DEPTH,
    backend: 'native',
    // Both hold events back until a file is quiet, which a live transcript never is.
    atomic: false,
    awaitWriteFinish: false,
    ignorePermissionErrors: true,
  });
  watcher.on('all', (_event, path) => onHint(path));
  // The second of two writes within 50 ms is only told after that time; the raw event comes at once.
  watcher.on('raw', (_event, name, details) => onRaw(name, details, onHint));
  watcher.on('ready', onReady);
  watcher.on('error', (error) => onError(isLimit(error) ? 'limit' : 'failed'));
  return () => watcher.close();
}

function onRaw(name: unknown, details: unknown, onHint: (path: string) => void): void {
  const folder = typeof details === 'object' && details !== null && 'watchedPath' in details ? details.watchedPath : undefined;
  if (typeof name !== 'string' || typeof folder !== 'string') return;
  if (fileKindOf(basename(name)).kind !== 'other') onHint(join(folder, name));
}

function isIgnored(path: string, isDirectory: boolean | undefined): boolean {
  const parts = path.split(sep);
  const name = parts.at(-1) ?? '';
  if (path === '' || parts.length > MAX_DEPTH + 1) return parts.length > MAX_DEPTH + 1;
  // Without `stat` a name at the top may be an agent's folder.
  if (parts.length === 1) return isDirectory === false && fileKindOf(name).kind === 'other';
  return parts.length === 2 ? name !== 'sessions' : fileKindOf(name).kind === 'other';
}

function isLimit(error: unknown): boolean {
  return ['ENOSPC', 'EMFILE', 'ENFILE'].includes(codeOf(error));
}
