// Owns the traffic between the living state and the checkpoint: what changed is written, what was written is given back.

import type { BoxEntry } from '../boxes/board/box-entry.ts';
import type { OwedView, PostRecord } from '../boxes/publish/post-record.ts';
import type { Change, Checkpoint } from '../store/checkpoint.ts';
import type { Coordinator } from '../coordinator/contract.ts';
import { decodeRow, type StoredRow } from '../coordinator/stored.ts';
import type { Card } from '../core/card.ts';
import { codeSpan } from '../text/neutralise.ts';
import type { Session } from '../core/session.ts';

/** A session with the boxes of its own turns, as one row. */
interface StoredSession {
  session: Session;
  entries: BoxEntry[];
}

type PrivacyNotice = 'older' | 'untold' | 'told';

/** The parts of the living state that are remembered. */
export interface Remembered {
  sessions(): ReadonlyMap<string, Session>;
  entries(): readonly BoxEntry[];
}

const FINDINGS = 'coordinator ';
const BLOCKED_UNTIL = 'blocked until';
const PRIVACY = 'private unless proven public';

export class Memory {
  readonly #checkpoint: Checkpoint;
  /** Sessions are never changed in place: the same object is the same state. Entries are few and small. */
  readonly #writtenByKey = new Map<string, { session: Session; entries: string }>();
  readonly #sourcesByPath = new Map<string, unknown>();
  /** By kind and key: what has to be on disk at once and was not taken. */
  readonly #unwrittenByRow = new Map<string, Change>();

  constructor(checkpoint: Checkpoint) {
    this.#checkpoint = checkpoint;
  }

  storedSessions(): StoredSession[] {
    const stored = this.#checkpoint
      .rows('session')
      .map((row) => row.value)
      .filter(isStoredSession);
    for (const row of stored) this.#note(row);
    return stored;
  }

  /**
   * `older`: a watcher wrote this that took for public what was not known to be private. `untold`: it was taken over, and the operator
   * was not told yet. `told`: there is nothing to tell.
   */
  privacyNotice(): PrivacyNotice {
    const stored = this.#checkpoint.rows('fact').find(({ key }) => key === PRIVACY)?.value;
    if (stored === 'told' || stored === 'untold') return stored;
    return this.#checkpoint.rows('session').length + this.#checkpoint.rows('post').length > 0 ? 'older' : 'told';
  }

  notePrivacy(notice: Exclude<PrivacyNotice, 'older'>): void {
    this.#writeNow({ kind: 'fact', key: PRIVACY, value: notice });
  }

  storedPosts(): PostRecord[] {
    return this.#checkpoint
      .rows('post')
      .map((row) => row.value)
      .filter(isPostRecord)
      .map(({ owedView, ...record }) =>
        isOwedView(owedView) ? { ...record, owedView: { ...owedView, card: withFirst(owedView.card) } } : record,
      );
  }

  /** How far each source was read, by its path. */
  storedSources(): Map<string, unknown> {
    return new Map(this.#checkpoint.rows('source').map((row) => [row.key, row.value]));
  }

  /** On disk when this returns, where the disk allows: a create is only sent after its intent is safe. */
  savePost(record: PostRecord): void {
    this.#writeNow({ kind: 'post', key: record.boxId, value: record });
  }

  dropPost(boxId: string): void {
    this.#writeNow({ kind: 'post', key: boxId, value: undefined });
  }

  /** Kept until the next `flush`, so that the state and how far its source was read are written together. */
  noteSource(path: string, position: unknown): void {
    this.#sourcesByPath.set(path, position);
  }

  /** Until when Mattermost wanted to be left alone, by the wall clock. */
  blockedUntil(): number | undefined {
    const stored = this.#checkpoint.rows('fact').find(({ key }) => key === BLOCKED_UNTIL)?.value;
    return typeof stored === 'number' ? stored : undefined;
  }

  noteBlocked(until: number): void {
    this.#writeNow({ kind: 'fact', key: BLOCKED_UNTIL, value: until });
  }

  /** What a full disk does not take is tried again with every `flush`. */
  #writeNow(change: Change): void {
    const row = `${change.kind} ${change.key}`;
    if (this.#checkpoint.write([change])) this.#unwrittenByRow.delete(row);
    else this.#unwrittenByRow.set(row, change);
  }

  /** What the coordinator knew. */
  storedFindings(): StoredRow[] {
    return this.#checkpoint
      .rows('fact')
      .flatMap(({ key, value }) => (key.startsWith(FINDINGS) ? decodeRow(key.slice(FINDINGS.length), value) : []));
  }

  /** Writes everything that changed since the last time in one transaction. */
  flush(living: Remembered, coordinator?: Pick<Coordinator, 'rowsToStore' | 'rowsStored'>): void {
    const changed = this.#changedSessions(living);
    const gone = this.#goneKeys(living);
    const changes: Change[] = [
      ...this.#unwrittenByRow.values(),
      ...changed.map((value): Change => ({ kind: 'session', key: value.session.key, value })),
      ...gone.map((key): Change => ({ kind: 'session', key, value: undefined })),
      ...[...this.#sourcesByPath].map(([key, value]): Change => ({ kind: 'source', key, value })),
      ...(coordinator?.rowsToStore() ?? []).map(({ key, value }): Change => ({ kind: 'fact', key: `${FINDINGS}${key}`, value })),
    ];
    if (changes.length === 0 || !this.#checkpoint.write(changes)) return;
    for (const row of changed) this.#note(row);
    for (const key of gone) this.#writtenByKey.delete(key);
    this.#sourcesByPath.clear();
    this.#unwrittenByRow.clear();
    coordinator?.rowsStored();
  }

  #changedSessions(living: Remembered): StoredSession[] {
    const entriesByKey = Map.groupBy(living.entries(), (entry) => entry.sessionKey);
    const stored = [...living.sessions().values()]
      .filter(isKept)
      .map((session) => ({ session, entries: entriesByKey.get(session.key) ?? [] }));
    return stored.filter(({ session, entries }) => {
      const written = this.#writtenByKey.get(session.key);
      return written?.session !== session || written.entries !== JSON.stringify(entries);
    });
  }

  #goneKeys(living: Remembered): string[] {
    const sessions = living.sessions();
    return [...this.#writtenByKey.keys()].filter((key) => !isKept(sessions.get(key)));
  }

  #note({ session, entries }: StoredSession): void {
    this.#writtenByKey.set(session.key, { session, entries: JSON.stringify(entries) });
  }
}

function isKept(session: Session | undefined): boolean {
  return session !== undefined && session.turns.length > 0;
}

/** Rows are our own; a foreign or half one is skipped rather than believed. */
function isStoredSession(value: unknown): value is StoredSession {
  const { session, entries } = (value ?? {}) as Partial<StoredSession>;
  return typeof session?.key === 'string' && Array.isArray(session.turns) && Array.isArray(entries);
}

function isOwedView(value: unknown): value is OwedView {
  const { card, turnStartedAt, meta } = (value ?? {}) as Partial<OwedView>;
  return typeof card?.title === 'string' && Array.isArray(card.lines) && Array.isArray(meta?.runs) && typeof turnStartedAt === 'number';
}

/** What 0.1 left knows no form for a new post, and not which of its words are foreign: all of them go into code spans. */
function withFirst(card: Card): Card {
  const inCode = (line: string) => codeSpan(line.replaceAll('`', ''));
  return { ...card, first: card.first ?? { title: inCode(card.title), lines: card.lines.map(inCode) } };
}

function isPostRecord(value: unknown): value is PostRecord {
  const { boxId, phase, pendingPostId, target } = (value ?? {}) as Partial<PostRecord>;
  return (
    typeof boxId === 'string' && typeof phase === 'string' && typeof pendingPostId === 'string' && typeof target?.channelId === 'string'
  );
}
