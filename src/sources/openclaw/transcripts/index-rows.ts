// Reads the rows of a session index in small steps, so that an index of any size neither blocks the event loop nor fills the memory.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { asRecord, parseJson } from '../../../core/json-guards.ts';
import { decodeIndexEntry, type IndexEntry } from '../decoding/index-entry.ts';
import { ObjectMembers } from './object-members.ts';
import { readAt } from '../../../files/read-at.ts';

/** `isCut`: there were too many rows, and those with the oldest updates were left out. */
export type IndexRows = { kind: 'rows'; entries: IndexEntry[]; isCut: boolean } | { kind: 'broken' };

const CHUNK_BYTES = 16 * 1024; // well below a millisecond of parsing between two reads
const SMALL_BYTES = 64 * 1024; // parsed at once, in a fraction of that time
const MAX_ROWS = 5_000; // OpenClaw itself keeps some hundreds; all rows are compared whenever the file changes

/** The rows that can be decoded; of two with one key, the last. Throws what reading throws. */
export async function readIndexRows(fd: number, size: number, maxRows = MAX_ROWS): Promise<IndexRows> {
  const rows = new Rows(maxRows);
  if (size <= SMALL_BYTES) return rowsIn(readAt(fd, 0, size).toString('utf8'), rows);
  const members = new ObjectMembers();
  for (let at = 0; at < size && !members.isBroken; at += CHUNK_BYTES) {
    if (at > 0) await nextTurn();
    const chunk = readAt(fd, at, Math.min(CHUNK_BYTES, size - at));
    for (const [key, value] of members.take(chunk)) rows.add(decodeIndexEntry(key, value));
  }
  return members.isWhole() ? rows.kept() : { kind: 'broken' };
}

function rowsIn(text: string, rows: Rows): IndexRows {
  const object = asRecord(parseJson(text));
  if (object === undefined) return { kind: 'broken' };
  for (const [key, value] of Object.entries(object)) rows.add(decodeIndexEntry(key, value));
  return rows.kept();
}

/** The newest rows. Holds up to twice as many, so that the oldest are seldom searched. */
class Rows {
  readonly #max: number;
  #byKey = new Map<string, IndexEntry>();
  #isCut = false;

  constructor(max: number) {
    this.#max = max;
  }

  add(entry: IndexEntry | undefined): void {
    if (entry === undefined) return;
    this.#byKey.set(entry.key, entry);
    if (this.#byKey.size >= 2 * this.#max) this.#dropOld();
  }

  kept(): IndexRows {
    if (this.#byKey.size > this.#max) this.#dropOld();
    return { kind: 'rows', entries: [...this.#byKey.values()], isCut: this.#isCut };
  }

  #dropOld(): void {
    const newestFirst = Float64Array.from(this.#byKey.values(), updatedAt).sort().reverse();
    const least = newestFirst[this.#max - 1] ?? 0;
    const kept = [...this.#byKey].filter(([, entry]) => updatedAt(entry) >= least).slice(0, this.#max);
    this.#byKey = new Map(kept);
    this.#isCut = true;
  }
}

function updatedAt(entry: IndexEntry): number {
  return entry.updatedAt ?? 0;
}
