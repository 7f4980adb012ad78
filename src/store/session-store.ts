// Tracks which state of each session is on disk. A session and the entries of its boxes are one value.

import type { Session } from '../core/session.ts';
import type { Change, Checkpoint, StoredPart } from './checkpoint.ts';
import { JournaledRows } from './journaled-rows.ts';

/** Stored beside a session, one for each of its boxes. Its content is not known here, but that only its own members change in place. */
export interface EntryOfSession {
  readonly sessionKey: string;
}

export interface StoredSession<Entry> {
  session: Session;
  entries: Entry[];
}

/** The sessions and entries as they are now. */
export interface CurrentState<Entry> {
  sessions(): ReadonlyMap<string, Session>;
  entries(): readonly Entry[];
}

export class SessionStore<Entry extends EntryOfSession> implements StoredPart {
  readonly #rows: JournaledRows<StoredSession<Entry>>;
  readonly #current: CurrentState<Entry>;

  constructor(checkpoint: Checkpoint, current: CurrentState<Entry>) {
    this.#rows = new JournaledRows(checkpoint, 'session', isStoredSession<Entry>);
    this.#current = current;
  }

  /** The sessions that earlier processes wrote. */
  stored(): StoredSession<Entry>[] {
    return this.#rows.stored();
  }

  changes(isLast = false): Change[] {
    const sessions = this.#current.sessions();
    const goneKeys = [...this.#rows.keys()].filter((key) => !isKept(sessions.get(key)));
    return this.#rows.changes(this.#changedSessions(), goneKeys, isLast);
  }

  written(): void {
    this.#rows.commit();
  }

  /** Sessions are never changed in place, so the same object is the same state. */
  #changedSessions(): Map<string, StoredSession<Entry>> {
    const entriesByKey = Map.groupBy(this.#current.entries(), (entry) => entry.sessionKey);
    const changed = new Map<string, StoredSession<Entry>>();
    for (const [key, session] of this.#current.sessions()) {
      if (!isKept(session)) continue;
      const before = this.#rows.written(key);
      const entries = entriesByKey.get(key) ?? [];
      if (before?.session !== session || !areSame(before.entries, entries))
        changed.set(key, { session, entries: entries.map((entry) => ({ ...entry })) });
    }
    return changed;
  }
}

function isKept(session: Session | undefined): boolean {
  return session !== undefined && session.turns.length > 0;
}

function areSame<Entry extends object>(before: readonly Entry[], now: readonly Entry[]): boolean {
  return before.length === now.length && now.every((entry, index) => isSame(before[index], entry));
}

/** Both have the same members in the same order. */
function isSame(before: object = {}, now: object): boolean {
  return areEqual(Object.values(before), Object.values(now)) && areEqual(Object.keys(before), Object.keys(now));
}

function areEqual(before: readonly unknown[], now: readonly unknown[]): boolean {
  return before.length === now.length && now.every((item, index) => before[index] === item);
}

/** Rows are our own. A foreign or incomplete one is skipped. */
function isStoredSession<Entry>(value: unknown): value is StoredSession<Entry> {
  const { session, entries } = (value ?? {}) as Partial<StoredSession<Entry>>;
  return typeof session?.key === 'string' && Array.isArray(session.turns) && Array.isArray(entries);
}
