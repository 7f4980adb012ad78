// Owns which sessions folders exist and whether file events come from them. Does not look at what is in them.

import { realpath, stat } from 'node:fs/promises';
import { type Folder, findFolders, isOfSessions, mayHoldSessions } from './discover.ts';
import { FolderWatches } from '../../../files/folder-watches.ts';
import type { Problems } from './problems.ts';
import type { FileEvents, WatchFailure } from '../../../files/watch.ts';

/** How changes are noticed: by file events, by looking every second, or not at all because the directory is missing. */
export type Watching = 'events' | 'polling' | 'waiting';

export interface FoldersOptions {
  root: string;
  /** Never use file events, for network mounts. */
  polling: boolean;
  problems: Problems;
  /** Something happened to a file of this name. */
  onName(folder: Folder, name: string): void;
  /** A folder may have come or gone. */
  onHint(): void;
  onFound(folder: Folder): void;
  onGone(folder: Folder): void;
  events?: FileEvents;
}

const AGENTS = 1; // <root>/<agent>, in which a folder of sessions appears

export class Folders {
  readonly #options: FoldersOptions;
  readonly #foldersByPath = new Map<string, Folder>();
  #watching: Watching = 'waiting';
  #readable = false;
  #forbidden = false;
  /** What could not be looked into when it was tried last. */
  #unreadable: ReadonlySet<string> = new Set();
  #limitReached = false;
  #rootVersion = '';
  readonly #watches: FolderWatches;
  #isStopped = false;

  constructor(options: FoldersOptions) {
    this.#options = options;
    this.#watches = new FolderWatches({
      onName: (path, name) => this.#named(path, name),
      onHint: () => options.onHint(),
      onError: (kind) => this.#failed(kind),
      tree: { depth: AGENTS, isIgnored: (path) => !mayHoldSessions(path) },
      events: options.events,
    });
  }

  get watching(): Watching {
    return this.#watching;
  }

  /** Whether the directory exists and can be listed. */
  get readable(): boolean {
    return this.#readable;
  }

  /** The directory exists, but this user may not look into it. */
  get forbidden(): boolean {
    return this.#forbidden;
  }

  all(): Folder[] {
    return [...this.#foldersByPath.values()];
  }

  at(path: string): Folder | undefined {
    return this.#foldersByPath.get(path);
  }

  /** Looks at what exists now. A folder that was removed and made anew is told as gone and found. Never throws. */
  async discover(): Promise<void> {
    const { root } = this.#options;
    const found = await findFolders(root);
    this.#noteUnreadable(found.kind === 'found' ? found.unreadable : found.kind === 'unreadable' ? [root] : []);
    this.#readable = found.kind === 'found';
    this.#forbidden = found.kind === 'unreadable';
    const changed = this.#replace(found.kind === 'found' ? found.folders : []);
    const rootVersion = found.kind === 'found' ? await versionOf(root) : '';
    if (found.kind !== 'found' || rootVersion !== this.#rootVersion) await this.#watches.stop();
    else if (changed) await this.#watches.stopTree();
    this.#rootVersion = rootVersion;
    if (found.kind === 'found') await this.#watch();
    else this.#watching = 'waiting';
  }

  #noteUnreadable(paths: readonly string[]): void {
    const { problems } = this.#options;
    const unreadable = new Set(paths);
    for (const path of this.#unreadable) if (!unreadable.has(path)) problems.over('folder_unreadable', path);
    for (const path of unreadable) problems.noteOnce('folder_unreadable', path);
    this.#unreadable = unreadable;
  }

  /** No hint comes after this. */
  stop(): Promise<void> {
    this.#isStopped = true;
    return this.#watches.stop();
  }

  /** True: a folder that was watched is another one now. */
  #replace(found: readonly Folder[]): boolean {
    const versionsByPath = new Map(found.map((folder) => [folder.path, folder.version]));
    const gone = this.all().filter((folder) => versionsByPath.get(folder.path) !== folder.version);
    for (const folder of gone) {
      this.#foldersByPath.delete(folder.path);
      this.#watches.forget(folder.path);
      this.#options.problems.over('folder_unreadable', folder.path);
      this.#options.onGone(folder);
    }
    for (const folder of found.filter((other) => !this.#foldersByPath.has(other.path))) {
      this.#foldersByPath.set(folder.path, folder);
      this.#options.onFound(folder);
    }
    return gone.length > 0;
  }

  async #watch(): Promise<void> {
    const { root, polling } = this.#options;
    this.#watching = polling || this.#limitReached ? 'polling' : 'events';
    if (this.#isStopped || this.#watching === 'polling') return;
    // Whether the directory itself has become a folder of sessions shows in its files.
    await this.#watches.keep([root, ...[...this.#foldersByPath.keys()].filter((path) => path !== root)]);
    if (this.#isStopped || this.#limitReached) return this.#watches.stop();
    // The configured directory may be a link, which chokidar would not follow.
    const real = this.#watches.hasTree ? root : await realpath(root).catch(() => root);
    if (!this.#isStopped && !this.#watches.hasTree) await this.#watches.startTree(real);
  }

  #named(path: string, name: string): void {
    const folder = this.#foldersByPath.get(path);
    if (folder !== undefined) this.#options.onName(folder, name);
    else if (isOfSessions(name)) this.#options.onHint();
  }

  #failed(kind: WatchFailure): void {
    const { problems, root } = this.#options;
    if (kind === 'failed') return problems.noteOnce('watch_failed', root);
    if (this.#limitReached) return;
    this.#limitReached = true;
    this.#watching = 'polling';
    problems.note('watch_limit', root);
    void this.#watches.stop();
  }
}

async function versionOf(root: string): Promise<string> {
  try {
    const stats = await stat(root, { bigint: true });
    return `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`;
  } catch {
    return '';
  }
}
