// The rows that the coordinator keeps in the checkpoint. Written by ourselves; a row that is not as expected is left out.

import type { StoredAnswers } from './answers.ts';
import type { OwnEntry } from './ledger/entry.ts';
import type { StoredOperators } from './operators.ts';
import type { StoredTally } from './tally.ts';

export interface StoredState {
  /** Since when this installation watches: what happened before is none of its business. */
  sinceAt: number;
  statesByRule: Record<string, unknown>;
  answers: StoredAnswers;
  tally: StoredTally;
}

export type StoredRow =
  | { key: 'state'; value: StoredState }
  | { key: 'ledger'; value: OwnEntry[] }
  | { key: 'operators'; value: StoredOperators };

/** The rows by their keys. */
export function decodeStored(rows: readonly StoredRow[]): { state?: StoredState; ledger?: OwnEntry[]; operators?: StoredOperators } {
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}

/** Reads one row of the checkpoint; `undefined` for what is none of ours. */
export function decodeRow(key: string, value: unknown): StoredRow[] {
  const row = value as Partial<StoredState & StoredOperators>;
  if (key === 'ledger') return Array.isArray(value) ? [{ key, value: value as OwnEntry[] }] : [];
  if (typeof value !== 'object' || value === null) return [];
  if (key === 'state') return typeof row.sinceAt === 'number' && row.statesByRule !== undefined ? [{ key, value: row as StoredState }] : [];
  return key === 'operators' && Array.isArray(row.queue) && Array.isArray(row.told) ? [{ key, value: row as StoredOperators }] : [];
}
