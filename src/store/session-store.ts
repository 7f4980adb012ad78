// Owns which state of each session is on disk: a session and what else is kept of its turns are one row.

import type { Session } from '../core/session.ts';
import type { Change, Checkpoint, StoredPart } from './checkpoint.ts';

/** What is kept beside a session, one for each of its boxes. What it says is not known here. */
export interface EntryOfSession {
  readonly sessionKey: string;
}

export interface StoredSession<Entry> {
  session: Session;
  entries: Entry[];
}

/** The sessions and entries as they are now. */
export interface Living<Entry> {
  sessions(): ReadonlyMap<string, Session>;
  entries(): readonly Entry[];
}

export class SessionStore<Entry extends EntryOfSession> implements StoredPart {
  readonly #checkpoint: Checkpoint;
  readonly #living: Living<Entry>;
  /** Sessions are never changed in place: the same object is the same state. Entries are few and small. */
  readonly #writtenByKey = new Map<string, { session: Session; entries: string }>();
  #changed: StoredSession<Entry>[] = [];
  #gone: string[] = [];

  constructor(checkpoint: Checkpoint, living: Living<Entry>) {
    this.#checkpoint = checkpoint;
    this.#living = living;
  }

  /** What earlier processes wrote. */
  stored(): StoredSession<Entry>[] {
    const stored = this.#checkpoint
      .rows('session')
      .map((row) => row.value)
      .filter(isStoredSession<Entry>);
    for (const row of stored) this.#note(row);
    return stored;
  }

  changes(): Change[] {
    this.#changed = this.#changedSessions();
    this.#gone = this.#goneKeys();
    return [
      ...this.#changed.map((value): Change => ({ kind: 'session', key: value.session.key, value })),
      ...this.#gone.map((key): Change => ({ kind: 'session', key, value: undefined })),
    ];
  }

  written(): void {
    for (const row of this.#changed) this.#note(row);
    for (const key of this.#gone) this.#writtenByKey.delete(key);
  }

  #changedSessions(): StoredSession<Entry>[] {
    const entriesByKey = Map.groupBy(this.#living.entries(), (entry) => entry.sessionKey);
    const stored = [...this.#living.sessions().values()]
      .filter(isKept)
      .map((session) => ({ session, entries: entriesByKey.get(session.key) ?? [] }));
    return stored.filter(({ session, entries }) => {
      const written = this.#writtenByKey.get(session.key);
      return written?.session !== session || written.entries !== JSON.stringify(entries);
    });
  }

  #goneKeys(): string[] {
    const sessions = this.#living.sessions();
    return [...this.#writtenByKey.keys()].filter((key) => !isKept(sessions.get(key)));
  }

  #note({ session, entries }: StoredSession<Entry>): void {
    this.#writtenByKey.set(session.key, { session, entries: JSON.stringify(entries) });
  }
}

function isKept(session: Session | undefined): boolean {
  return session !== undefined && session.turns.length > 0;
}

/** Rows are our own; a foreign or half one is skipped rather than believed. */
function isStoredSession<Entry>(value: unknown): value is StoredSession<Entry> {
  const { session, entries } = (value ?? {}) as Partial<StoredSession<Entry>>;
  return typeof session?.key === 'string' && Array.isArray(session.turns) && Array.isArray(entries);
}
