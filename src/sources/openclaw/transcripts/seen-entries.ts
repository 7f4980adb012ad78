// Owns which entries of one transcript were already handed on. Bounded; knows no file and no decoder.

import { createHash } from 'node:crypto';
import { asRecord, asText, parseJson } from '../../../core/json-guards.ts';

// Enough for every entry of ordinary transcripts, and some hundred kilobytes for the longest ones.
const MAX_ENTRIES = 8192;

const ID_NEAR_START = /^\{"type":"([a-z_]{1,40})",(?:"version":\d{1,4},)?"id":"([^"\\]{1,128})"/;

/**
 * What identifies an entry within its file: its id, else a hash of the line.
 * The header is told apart from entries because its id is the session's.
 */
export function entryKeyOf(line: string): string {
  const found = ID_NEAR_START.exec(line);
  const { type, id } = found === null ? idByParsing(line) : { type: found[1], id: found[2] };
  if (id === undefined) return lineKeyOf(line);
  return type === 'session' ? `session:${id}` : id;
}

/** What identifies a line without an id. */
export function lineKeyOf(line: string): string {
  return `#${createHash('sha256').update(line).digest('base64url').slice(0, 16)}`;
}

function idByParsing(line: string): { type: string | undefined; id: string | undefined } {
  const entry = asRecord(parseJson(line));
  return { type: asText(entry?.['type']), id: asText(entry?.['id'])?.slice(0, 128) };
}

/** The newest entries of a file. When older ones were forgotten (or never seen), `isComplete` is false. */
export class SeenEntries {
  readonly #shownByKey = new Map<string, boolean>();
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

  /** `isShown`: people may have seen something of this entry, so that its disappearance is worth a word. */
  add(key: string, isShown: boolean): void {
    this.#shownByKey.set(key, isShown);
    const oldest = this.#shownByKey.keys().next();
    if (this.#shownByKey.size <= this.#max || oldest.done === true) return;
    this.#shownByKey.delete(oldest.value);
    this.#isComplete = false;
  }

  /** The newest keys, oldest first. */
  newest(count: number): string[] {
    return [...this.#shownByKey.keys()].slice(-count);
  }

  /** Notes that only these entries are still in the file, and returns how many others had been shown. They count once. */
  keepOnly(present: ReadonlySet<string>): number {
    const gone = [...this.#shownByKey].filter(([key, isShown]) => isShown && !present.has(key));
    for (const [key] of gone) this.#shownByKey.set(key, false);
    return gone.length;
  }
}
