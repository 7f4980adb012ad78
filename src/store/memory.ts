// Owns what is remembered, part by part, and the one transaction that writes what changed in all of them. Knows no row.

import type { Checkpoint, StoredPart } from './checkpoint.ts';
import { PositionStore } from './position-store.ts';
import { PostStore } from './post-store.ts';
import { RowsAtOnce } from './rows-at-once.ts';
import { type EntryOfSession, type Living, SessionStore } from './session-store.ts';

const BLOCKED_UNTIL = 'blocked until';

export class Memory<Entry extends EntryOfSession> {
  readonly posts: PostStore;
  readonly sessions: SessionStore<Entry>;
  readonly positions: PositionStore;
  /** What is worth a row but belongs to no session. */
  readonly facts: RowsAtOnce;
  readonly #checkpoint: Checkpoint;
  readonly #parts: StoredPart[];

  constructor(checkpoint: Checkpoint, living: Living<Entry>) {
    this.#checkpoint = checkpoint;
    // The turn is on disk before its post is made: after a crash it must be known whose post that is.
    this.posts = new PostStore(checkpoint, () => this.flush());
    this.sessions = new SessionStore(checkpoint, living);
    this.positions = new PositionStore(checkpoint);
    this.facts = new RowsAtOnce(checkpoint, 'fact');
    this.#parts = [this.posts, this.sessions, this.positions, this.facts];
  }

  /** From now on this part is written in the same transaction as the others. */
  add(part: StoredPart): void {
    this.#parts.push(part);
  }

  /** Writes everything that changed since the last time, or nothing of it: then it is tried again with the next call. */
  flush(): void {
    const changes = this.#parts.flatMap((part) => part.changes());
    if (changes.length === 0 || !this.#checkpoint.write(changes)) return;
    for (const part of this.#parts) part.written();
  }

  /** Until when the chat server wanted to be left alone, by the wall clock. */
  blockedUntil(): number | undefined {
    const stored = this.facts.get(BLOCKED_UNTIL);
    return typeof stored === 'number' ? stored : undefined;
  }

  noteBlocked(until: number): void {
    this.facts.put(BLOCKED_UNTIL, until);
  }
}
