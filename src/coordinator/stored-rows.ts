// The rows that the coordinator keeps in the checkpoint. A row of an unexpected form is left out.

import { isRecord } from '../core/json-guards.ts';
import type { StoredAnswers } from './answers.ts';
import type { Decided } from './decisions.ts';
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
  | { key: 'operators'; value: StoredOperators }
  | { key: 'decisions'; value: Decided[] };

type Stored = { [Row in StoredRow as Row['key']]?: Row['value'] };

/** The rows by their keys. */
export function decodeStored(rows: readonly StoredRow[]): Stored {
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}

/** Reads one row of the checkpoint; empty for a row that is not the coordinator's. */
export function decodeRow(key: string, value: unknown): StoredRow[] {
  if (key === 'ledger' && Array.isArray(value)) return [{ key, value: ownEntries(value) }];
  if (key === 'decisions' && Array.isArray(value)) return [{ key, value: value.filter(isDecided) }];
  if (key === 'state' && isState(value)) return [{ key, value }];
  return key === 'operators' && isOperators(value) ? [{ key, value }] : [];
}

// The rest of a row is trusted: nobody but this program writes it.

function ownEntries(values: unknown[]): OwnEntry[] {
  return values.filter((value): value is OwnEntry => has(value, 'at', 'action', 'detail'));
}

function isDecided(value: unknown): value is Decided {
  return has(value, 'at', 'dueAt', 'sessionKey', 'conversation', 'waitId', 'source', 'outcome');
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
