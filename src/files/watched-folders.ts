// Finds the folders of a source and watches them for file events. Does not look at what is in them.

import { realpathSync, statSync } from 'node:fs';
import { FolderWatches } from './folder-watches.ts';
import type { FolderProblem, ProblemRecorder } from './file-problems.ts';
import type { FileEvents, TreeWatchOptions, WatchFailure } from './watch.ts';

/** A folder with files of a source. A source adds fields of its own. */
export interface Folder {
  path: string;
  /** Differs when the folder was removed and created anew. */
  version: string;
  /** When names last came or went in it, by the clock of the file system. */
  namesChangedAt?: number;
}

/** What is below the directory now. A `missing` directory is waited for. */
export type Discovery<Place extends Folder> =
  | { kind: 'missing' }
  | { kind: 'unreadable' }
  | { kind: 'found'; folders: Place[]; unreadable: string[] };

/** Where a source has its folders below its directory. */
export interface FolderLayout<Place extends Folder> {
  /** Finds the folders. Never throws. */
  find(root: string): Promise<Discovery<Place>>;
  /** Whether a file of this name shows that its folder is one of them. */
  isOwnName(name: string): boolean;
  /** How deep they are, and which folders to skip. */
  tree: Pick<TreeWatchOptions, 'depth' | 'isIgnored'>;
}

/** How changes are found: by file events, by looking every second, or not at all because the directory is missing. */
export type Watching = 'events' | 'polling' | 'waiting';

export interface WatchedFoldersOptions<Place extends Folder> {
  /** The directory of the source. It may be missing and is waited for. */
  root: string;
  layout: FolderLayout<Place>;
  /** Never use file events, for network mounts. */
  polling: boolean;
  problems: ProblemRecorder<FolderProblem>;
  /** A file of this name was changed, created or removed. */
  onName(folder: Place, name: string): void;
  /** A folder may have come or gone. */
  onHint(): void;
  onFound(folder: Place): void;
  onGone(folder: Place): void;
  events?: FileEvents;
}

const FOLDERS_PER_SWEEP = 200; // where file events tell of them

export class WatchedFolders<Place extends Folder> {
  readonly #options: WatchedFoldersOptions<Place>;
  readonly #foldersByPath = new Map<string, Place>();
  #watching: Watching = 'waiting';
  #readable = false;
  #forbidden = false;
  /** Folders that could not be listed at the last attempt. */
  #unreadable: ReadonlySet<string> = new Set();
  #limitReached = false;
  #rootVersion = '';
  readonly #watches: FolderWatches;
  #isStopped = false;
  #isHinted = false;
  /** How often `rediscover` was called since the folders were looked for. */
  #calls = 0;

  constructor(options: WatchedFoldersOptions<Place>) {
    this.#options = options;
    this.#watches = new FolderWatches({
      onName: (path, name) => this.#onName(path, name),
      onHint: () => this.#onHint(),
      onError: (kind) => this.#onWatchFailure(kind),
      tree: options.layout.tree,
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

  /** The directory exists, but this user may not list it. */
  get forbidden(): boolean {
    return this.#forbidden;
  }

  all(): Place[] {
    return [...this.#foldersByPath.values()];
  }

  at(path: string): Place | undefined {
    return this.#foldersByPath.get(path);
  }

  /** Finds what exists now. A folder that was removed and created anew is reported as gone and as found. Never throws. */
  async discover(): Promise<void> {
    const { root, layout } = this.#options;
    this.#isHinted = false;
    this.#calls = 0;
    const found = await layout.find(root);
    this.#recordUnreadable(found.kind === 'found' ? found.unreadable : found.kind === 'unreadable' ? [root] : []);
    this.#readable = found.kind === 'found';
    this.#forbidden = found.kind === 'unreadable';
    const changed = this.#replace(found.kind === 'found' ? found.folders : []);
    const rootVersion = found.kind === 'found' ? versionOf(root) : '';
    if (found.kind !== 'found' || rootVersion !== this.#rootVersion) await this.#watches.stop();
    else if (changed) await this.#watches.stopTree();
    this.#rootVersion = rootVersion;
    if (found.kind === 'found') await this.#watch();
    else this.#watching = 'waiting';
  }

  /** Makes up for lost file events, or for all of them. Many folders of which file events tell are not looked for every time. */
  async rediscover(): Promise<void> {
    this.#calls += 1;
    const mayWait = this.#watching === 'events' && !this.#isHinted;
    if (!mayWait || this.#calls * FOLDERS_PER_SWEEP >= this.#foldersByPath.size) await this.discover();
  }

  #onHint(): void {
    this.#isHinted = true;
    this.#options.onHint();
  }

  #recordUnreadable(paths: readonly string[]): void {
    const { problems } = this.#options;
    const unreadable = new Set(paths);
    for (const path of this.#unreadable) if (!unreadable.has(path)) problems.clear('folder_unreadable', path);
    for (const path of unreadable) problems.recordOnce('folder_unreadable', path);
    this.#unreadable = unreadable;
  }

  /** No hint comes after this. */
  stop(): Promise<void> {
    this.#isStopped = true;
    return this.#watches.stop();
  }

  /** True when a watched folder is gone or was replaced. */
  #replace(found: readonly Place[]): boolean {
    const foundByPath = new Map(found.map((folder) => [folder.path, folder]));
    const gone = this.all().filter(({ path, version }) => foundByPath.get(path)?.version !== version);
    for (const folder of gone) {
      this.#foldersByPath.delete(folder.path);
      this.#watches.forget(folder.path);
      this.#options.problems.clear('folder_unreadable', folder.path);
      this.#options.onGone(folder);
    }
    for (const folder of found) {
      const known = this.#foldersByPath.get(folder.path);
      if (known !== undefined) {
        Object.assign(known, folder);
        continue;
      }
      this.#foldersByPath.set(folder.path, folder);
      this.#options.onFound(folder);
    }
    return gone.length > 0;
  }

  async #watch(): Promise<void> {
    const { root, polling } = this.#options;
    this.#watching = polling || this.#limitReached ? 'polling' : 'events';
    if (this.#isStopped || this.#watching === 'polling') return;
    // The files of the directory show whether it has become one of the folders itself.
    await this.#watches.keep([root, ...[...this.#foldersByPath.keys()].filter((path) => path !== root)]);
    if (this.#isStopped || this.#limitReached) return this.#watches.stop();
    // The configured directory may be a link, which chokidar would not follow.
    if (!this.#watches.hasTree) await this.#watches.startTree(realPathOf(root));
  }

  #onName(path: string, name: string): void {
    const folder = this.#foldersByPath.get(path);
    if (folder !== undefined) this.#options.onName(folder, name);
    else if (this.#options.layout.isOwnName(name)) this.#onHint();
  }

  #onWatchFailure(kind: WatchFailure): void {
    const { problems, root } = this.#options;
    if (kind === 'failed') return problems.recordOnce('watch_failed', root);
    if (this.#limitReached) return;
    this.#limitReached = true;
    this.#watching = 'polling';
    problems.record('watch_limit', root);
    void this.#watches.stop();
  }
}

/** The version of a folder with this `stat`. */
export function folderVersion({ dev, ino, birthtimeNs }: { dev: bigint; ino: bigint; birthtimeNs: bigint }): string {
  return `${dev}:${ino}:${birthtimeNs}`;
}

function versionOf(root: string): string {
  try {
    return folderVersion(statSync(root, { bigint: true }));
  } catch {
    return '';
  }
}

function realPathOf(root: string): string {
  try {
    return realpathSync(root);
  } catch {
    return root;
  }
}
