// Collects the names that file events report, until somebody has looked at those files. Reads no file.

import { setImmediate as nextTurn } from 'node:timers/promises';

const LOOKS_AT_ONCE = 8; // of one folder, before the next folder has its turn
const MAX_NAMES = 5_000; // of one folder; the sweep finds whatever else changed there

/** Folders take turns: an agent that writes thousands of files delays only itself. */
export class ChangedNames<Folder> {
  readonly #look: (folder: Folder, name: string) => Promise<void>;
  readonly #namesByFolder = new Map<Folder, Set<string>>();
  #draining: Promise<void> | undefined;
  #isStopped = false;

  /** `look` resolves when the next names may be looked at. It never throws. */
  constructor(look: (folder: Folder, name: string) => Promise<void>) {
    this.#look = look;
  }

  /** Something happened to this file. */
  add(folder: Folder, name: string): void {
    if (this.#isStopped) return;
    const names = this.#namesByFolder.get(folder) ?? new Set();
    if (names.size >= MAX_NAMES) return;
    names.add(name);
    this.#namesByFolder.set(folder, names);
    this.#draining ??= this.#drain().finally(() => (this.#draining = undefined));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#namesByFolder.clear();
    await this.#draining;
  }

  async #drain(): Promise<void> {
    for (;;) {
      await nextTurn(); // events of one file that come together need one look
      const [next] = this.#namesByFolder;
      if (next === undefined) return;
      const [folder, names] = next;
      this.#namesByFolder.delete(folder);
      const looked = [...names.values().take(LOOKS_AT_ONCE)];
      for (const name of looked) names.delete(name);
      if (names.size > 0) this.#namesByFolder.set(folder, names);
      await Promise.all(looked.map((name) => this.#look(folder, name)));
    }
  }
}
