// The rows that say what changed in values since they were written whole. All that changed at one time is one row, under its number.

import { asList } from '../core/json-guards.ts';
import type { Change, Checkpoint } from './checkpoint.ts';
import { isPatch, type Patch } from './patch.ts';

/** One patch of a value, and the number of its row. */
export interface Step {
  key: string;
  number: number;
  patch: Patch;
}

/** In the order in which they were written. */
export function readJournal(checkpoint: Checkpoint): Step[] {
  const rows = checkpoint.rows('journal').flatMap(({ key, value }) => decodeRow(Number(key), value));
  return rows.toSorted((one, other) => one.number - other.number);
}

export function journalRow(number: number, patchesByKey: ReadonlyMap<string, Patch>): Change {
  return { kind: 'journal', key: String(number), value: [...patchesByKey] };
}

export function withoutRow(number: number): Change {
  return { kind: 'journal', key: String(number), value: undefined };
}

/** Rows are our own. A foreign one is skipped. */
function decodeRow(number: number, value: unknown): Step[] {
  if (!Number.isSafeInteger(number)) return [];
  return asList(value).flatMap((item) => {
    const [key, patch] = asList(item);
    return typeof key === 'string' && isPatch(patch) ? [{ key, number, patch }] : [];
  });
}
