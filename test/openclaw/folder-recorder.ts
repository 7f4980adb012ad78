// Writes down what happens to the transcripts, locks and index of one sessions folder, as a reader who looks often sees it.
// Owns a timer; never touches the folder.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One change of one file. `append`: to what was there; `write`: the whole content; `rows`: entries of the index; nothing: it is gone. */
export interface FolderChange {
  t: number;
  name: string;
  append?: string;
  write?: string;
  rows?: Record<string, unknown>;
}

const LOOK_MS = 20;
const INDEX = 'sessions.json';
const WATCHED = /^(sessions\.json|.*\.jsonl|.*\.jsonl\.lock)$/;
/** Members of an index entry that a reader has a use for. */
const ENTRY = new Set(
  `sessionId sessionFile updatedAt startedAt endedAt status abortedLastRun chatType channel groupId label spawnedBy spawnDepth deliveryContext
  lastChannel lastTo lastThreadId lastAccountId origin route totalTokens totalTokensFresh contextTokens model forkedFromParent`.split(
    /\s+/,
  ),
);

export class FolderRecorder {
  readonly #folder: string;
  readonly #scrub: (text: string) => string;
  readonly #contentByName = new Map<string, string>();
  readonly #rowsByKey = new Map<string, string>();
  readonly #changes: FolderChange[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(folder: string, scrub: (text: string) => string) {
    this.#folder = folder;
    this.#scrub = scrub;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  close(): readonly FolderChange[] {
    clearInterval(this.#timer);
    this.#look();
    return this.#changes;
  }

  #look(): void {
    const names = existsSync(this.#folder)
      ? readdirSync(this.#folder).filter((name) => WATCHED.test(name) && !name.includes('.trajectory'))
      : [];
    for (const name of this.#contentByName.keys()) if (!names.includes(name)) this.#gone(name);
    for (const name of names) this.#changed(name, this.#read(name));
  }

  #gone(name: string): void {
    this.#contentByName.delete(name);
    this.#changes.push({ t: Date.now(), name });
  }

  #changed(name: string, content: string | undefined): void {
    const before = this.#contentByName.get(name);
    if (content === undefined || content === before) return;
    this.#contentByName.set(name, content);
    if (name === INDEX) return this.#indexed(content);
    const isMore = before !== undefined && before !== '' && content.startsWith(before);
    this.#changes.push({ t: Date.now(), name, ...(isMore ? { append: content.slice(before.length) } : { write: content }) });
  }

  /** Most of an index stays as it was. */
  #indexed(content: string): void {
    const rows = Object.entries(JSON.parse(content) as Record<string, Record<string, unknown>>).map(
      ([key, row]) => [key, shortRow(row)] as const,
    );
    const changed = rows.filter(([key, row]) => this.#rowsByKey.get(key) !== JSON.stringify(row));
    for (const [key, row] of changed) this.#rowsByKey.set(key, JSON.stringify(row));
    if (changed.length > 0) this.#changes.push({ t: Date.now(), name: INDEX, rows: Object.fromEntries(changed) });
  }

  /** Without what is known on this machine only; undefined when the file went away meanwhile or is not complete. */
  #read(name: string): string | undefined {
    try {
      const text = this.#scrub(readFileSync(join(this.#folder, name), 'utf8'));
      if (name === INDEX) JSON.parse(text);
      return text;
    } catch {
      return undefined;
    }
  }
}

function shortRow(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => ENTRY.has(name)));
}
