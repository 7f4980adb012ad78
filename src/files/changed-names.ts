// Owns the names that came with file events and that nobody has looked at yet. Knows no file.

import { setImmediate as nextTurn } from 'node:timers/promises';

const LOOKS_AT_ONCE = 8; // of one folder, before it is the next one's turn
const MAX_NAMES = 5_000; // of one folder; what else changed there is found by the sweep

/** Folders take turns, so that whoever writes thousands of files waits for them alone. */
export class ChangedNames<Folder> {
  readonly #look: (folder: Folder, name: string) => Promise<void>;
  readonly #namesByFolder = new Map<Folder, Set<string>>();
  #draining: Promise<void> | undefined;
  #isStopped = false;

  /** `look` resolves when the next ones may be looked at, and never throws. */
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
      await nextTurn(); // what happens to a file at once is looked at once
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
