// Tracks which state of each session is on disk. A session and the entries of its boxes are one row.

import type { Session } from '../core/session.ts';
import type { Change, Checkpoint, StoredPart } from './checkpoint.ts';

/** Stored beside a session, one for each of its boxes. Its content is not known here. */
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
  readonly #checkpoint: Checkpoint;
  readonly #current: CurrentState<Entry>;
  /** Sessions are never changed in place, so the same object is the same state. Entries are few and small. */
  readonly #writtenByKey = new Map<string, { session: Session; entries: string }>();
  #changed: StoredSession<Entry>[] = [];
  #gone: string[] = [];

  constructor(checkpoint: Checkpoint, current: CurrentState<Entry>) {
    this.#checkpoint = checkpoint;
    this.#current = current;
  }

  /** The sessions that earlier processes wrote. */
  stored(): StoredSession<Entry>[] {
    const stored = this.#checkpoint
      .rows('session')
      .map((row) => row.value)
      .filter(isStoredSession<Entry>);
    for (const row of stored) this.#markWritten(row);
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
    for (const row of this.#changed) this.#markWritten(row);
    for (const key of this.#gone) this.#writtenByKey.delete(key);
  }

  #changedSessions(): StoredSession<Entry>[] {
    const entriesByKey = Map.groupBy(this.#current.entries(), (entry) => entry.sessionKey);
    const stored = [...this.#current.sessions().values()]
      .filter(isKept)
      .map((session) => ({ session, entries: entriesByKey.get(session.key) ?? [] }));
    return stored.filter(({ session, entries }) => {
      const written = this.#writtenByKey.get(session.key);
      return written?.session !== session || written.entries !== JSON.stringify(entries);
    });
  }

  #goneKeys(): string[] {
    const sessions = this.#current.sessions();
    return [...this.#writtenByKey.keys()].filter((key) => !isKept(sessions.get(key)));
  }

  #markWritten({ session, entries }: StoredSession<Entry>): void {
    this.#writtenByKey.set(session.key, { session, entries: JSON.stringify(entries) });
  }
}

function isKept(session: Session | undefined): boolean {
  return session !== undefined && session.turns.length > 0;
}

/** Rows are our own. A foreign or incomplete one is skipped. */
function isStoredSession<Entry>(value: unknown): value is StoredSession<Entry> {
  const { session, entries } = (value ?? {}) as Partial<StoredSession<Entry>>;
  return typeof session?.key === 'string' && Array.isArray(session.turns) && Array.isArray(entries);
}
