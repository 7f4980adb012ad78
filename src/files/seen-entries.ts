// Remembers which entries of one file were already emitted, up to a limit.

import { createHash } from 'node:crypto';

// Enough for every entry of ordinary logs, and some hundred kilobytes for the longest ones.
const MAX_ENTRIES = 8192;
/** The newest entries can be named at once, up to so many: that is done for each line. */
export const MAX_NEWEST = 128;

/** What identifies an entry without an id. */
export function hashKeyOf(text: string): string {
  return `#${createHash('sha256').update(text).digest('base64url').slice(0, 16)}`;
}

/** The newest entries of a file. `isComplete` is false when older ones were forgotten or never seen. */
export class SeenEntries {
  readonly #shownByKey = new Map<string, boolean>();
  /** The newest keys, oldest first, and perhaps some more before them. */
  #newest: string[] = [];
  readonly #max: number;
  #isComplete: boolean;

  constructor(options: { isComplete: boolean; max?: number }) {
    this.#isComplete = options.isComplete;
    this.#max = options.max ?? MAX_ENTRIES;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  get size(): number {
    return this.#shownByKey.size;
  }

  has(key: string): boolean {
    return this.#shownByKey.has(key);
  }

  /** `isShown`: people may have seen something of this entry, so its removal must be reported. */
  add(key: string, isShown: boolean): void {
    if (!this.#shownByKey.has(key)) this.#newest.push(key);
    if (this.#newest.length >= 2 * MAX_NEWEST) this.#newest = this.#newest.slice(-MAX_NEWEST);
    this.#shownByKey.set(key, isShown);
    const oldest = this.#shownByKey.keys().next();
    if (this.#shownByKey.size <= this.#max || oldest.done === true) return;
    this.#shownByKey.delete(oldest.value);
    this.#isComplete = false;
  }

  /** The newest keys, oldest first. */
  newest(): string[] {
    return this.#newest.slice(-Math.min(MAX_NEWEST, this.#shownByKey.size));
  }

  /** Records that only these entries are still in the file. Returns how many others had been shown; each counts once. */
  keepOnly(present: ReadonlySet<string>): number {
    const gone = [...this.#shownByKey].filter(([key, isShown]) => isShown && !present.has(key));
    for (const [key] of gone) this.#shownByKey.set(key, false);
    return gone.length;
  }
}
