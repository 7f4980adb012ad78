// The rows that the coordinator keeps in the checkpoint. A row of an unexpected form is left out.

import { isRecord } from '../core/json-guards.ts';
import type { StoredAnswers } from './answers.ts';
import type { OwnEntry } from './ledger/entry.ts';
import type { StoredOperators } from './operator-alerts.ts';
import type { StoredFindingCounts } from './finding-counts.ts';

export interface StoredState {
  /** Since when this installation watches. What happened before is not judged. */
  sinceAt: number;
  statesByRule: Record<string, unknown>;
  answers: StoredAnswers;
  tally: StoredFindingCounts;
}

export type StoredRow =
  | { key: 'state'; value: StoredState }
  | { key: 'ledger'; value: OwnEntry[] }
  | { key: 'operators'; value: StoredOperators };

/** The rows by their keys. */
export function decodeStored(rows: readonly StoredRow[]): { state?: StoredState; ledger?: OwnEntry[]; operators?: StoredOperators } {
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}

/** Reads one row of the checkpoint; empty for a row that is not the coordinator's. */
export function decodeRow(key: string, value: unknown): StoredRow[] {
  if (key === 'ledger' && Array.isArray(value)) return [{ key, value: ownEntries(value) }];
  if (key === 'state' && isState(value)) return [{ key, value }];
  return key === 'operators' && isOperators(value) ? [{ key, value }] : [];
}

// The rest of a row is trusted: nobody but this program writes it.

function ownEntries(values: unknown[]): OwnEntry[] {
  return values.filter((value): value is OwnEntry => has(value, 'at', 'action', 'detail'));
}

function isState(value: unknown): value is StoredState {
  return has(value, 'sinceAt', 'statesByRule', 'answers', 'tally');
}

function isOperators(value: unknown): value is StoredOperators {
  return has(value, 'told', 'sentAt', 'held', 'queue');
}

function has(value: unknown, ...names: string[]): boolean {
  return isRecord(value) && names.every((name) => name in value);
}
