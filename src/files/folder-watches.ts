// Watches some folders and the directory above them. Does not look at what is in them.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FileEvents, type TreeWatchOptions, type WatchFailure, watchFolder, watchTree } from './watch.ts';

export interface FolderWatchesOptions {
  /** A file event named this file in the folder at `path`. */
  onName(path: string, name: string): void;
  /** A folder may have come or gone. */
  onHint(): void;
  onError(kind: WatchFailure): void;
  /** How deep folders come and go, and which of them do not matter. */
  tree: Pick<TreeWatchOptions, 'depth' | 'isIgnored'>;
  events: FileEvents | undefined;
}

const STARTS_AT_ONCE = 50; // starting a watch takes some hundredths of a millisecond

export class FolderWatches {
  readonly #options: FolderWatchesOptions;
  readonly #closeByPath = new Map<string, () => void>();
  #closeTree: (() => Promise<void>) | undefined;
  /** Ends the wait for a watch of the tree: one that is closed early never reports that it is ready. */
  #endWait: () => void = () => undefined;

  constructor(options: FolderWatchesOptions) {
    this.#options = options;
  }

  /** Watches exactly these folders from now on. Call `forget` first for a folder that was replaced by another of its name. */
  async keep(paths: readonly string[]): Promise<void> {
    const wanted = new Set(paths);
    for (const path of this.#closeByPath.keys()) if (!wanted.has(path)) this.forget(path);
    const missing = paths.filter((path) => !this.#closeByPath.has(path));
    for (const [index, path] of missing.entries()) {
      if (index % STARTS_AT_ONCE === STARTS_AT_ONCE - 1) await nextTurn();
      this.#watch(path);
    }
  }

  forget(path: string): void {
    this.#closeByPath.get(path)?.();
    this.#closeByPath.delete(path);
  }

  get hasTree(): boolean {
    return this.#closeTree !== undefined;
  }

  /** Resolves when no new folder can be missed any more. */
  async startTree(root: string): Promise<void> {
    const { onHint, onError, tree, events } = this.#options;
    await new Promise<void>((resolve) => {
      this.#endWait = resolve;
      this.#closeTree = watchTree({
        root,
        ...tree,
        onHint,
        onReady: resolve,
        onError: (kind) => {
          onError(kind);
          resolve();
        },
        ...(events === undefined ? {} : { events }),
      });
    });
  }

  async stopTree(): Promise<void> {
    const close = this.#closeTree;
    this.#closeTree = undefined;
    this.#endWait();
    await close?.();
  }

  /** No hint comes after this. */
  async stop(): Promise<void> {
    await this.keep([]);
    await this.stopTree();
  }

  #watch(path: string): void {
    const { onName, onError, events } = this.#options;
    const fail = (kind: WatchFailure) => {
      this.forget(path);
      onError(kind);
    };
    const close = watchFolder(path, (name) => onName(path, name), fail, events);
    if (close !== undefined) this.#closeByPath.set(path, close);
  }
}
