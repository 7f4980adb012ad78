// Holds the parts of the stored state, and writes what changed in all of them in one transaction. Knows nothing of their rows.

import type { Checkpoint, RowKind, StoredPart } from './checkpoint.ts';
import { PositionStore } from './position-store.ts';
import { PostStore } from './post-store.ts';
import { ImmediateRows } from './immediate-rows.ts';
import { ThreadStore } from './thread-store.ts';
import { type EntryOfSession, type CurrentState, SessionStore } from './session-store.ts';

const BLOCKED_UNTIL = 'blocked until';

export class StateStore<Entry extends EntryOfSession> {
  readonly posts: PostStore;
  readonly threads: ThreadStore;
  readonly sessions: SessionStore<Entry>;
  readonly positions: PositionStore;
  /** Rows that belong to no session. */
  readonly facts: ImmediateRows;
  /** The boxes of ended turns, for the page. */
  readonly ended: ImmediateRows;
  readonly #checkpoint: Checkpoint;
  readonly #parts: StoredPart[];
  /** What is to be written immediately waits, and whether there is any. */
  #hold: { isUsed: boolean } | undefined;

  /** `changed` is called when a source has read on, with how many positions are not written yet: all that is to be written soon. */
  constructor(checkpoint: Checkpoint, current: CurrentState<Entry>, changed: (unwritten: number) => void = () => undefined) {
    this.#checkpoint = checkpoint;
    // Parts keep what is refused for the next flush.
    const immediate: Checkpoint = { ...checkpoint, write: (changes) => !this.#isHeld() && checkpoint.write(changes) };
    // The turn is on disk before its post is created: after a crash the post's turn must be known.
    this.posts = new PostStore(
      immediate,
      () => this.#isHeld() || this.flush(),
      (run) => this.together(run),
    );
    this.threads = new ThreadStore(immediate);
    this.posts.onSaved((record) => this.threads.posted(record));
    this.sessions = new SessionStore(checkpoint, current);
    this.positions = new PositionStore(checkpoint, changed);
    this.facts = new ImmediateRows(immediate, 'fact');
    this.ended = new ImmediateRows(immediate, 'ended');
    const isKept = (kind: RowKind): boolean => checkpoint.keeps?.(kind) ?? true;
    const read = [...(isKept('session') ? [this.sessions] : []), ...(isKept('position') ? [this.positions] : [])];
    this.#parts = [this.posts, this.threads, ...read, this.facts, this.ended];
  }

  /** Adds a part that is written in the same transaction as the others. */
  add(part: StoredPart): void {
    this.#parts.push(part);
  }

  /**
   * Writes everything that changed since the last time. When that fails nothing is written, and the next call tries again. `isLast`: an
   * older version, too, finds all of it.
   */
  flush(isLast = false): void {
    const changes = this.#parts.flatMap((part) => part.changes(isLast));
    if (changes.length > 0 && !this.#checkpoint.write(changes)) return;
    for (const part of this.#parts) part.written();
  }

  /** What `run` would write immediately is on disk when this returns, in one transaction with everything else, unless the disk fails. */
  together(run: () => void): void {
    if (this.#hold !== undefined) return run();
    const hold = { isUsed: false };
    this.#hold = hold;
    try {
      run();
    } finally {
      this.#hold = undefined;
      if (hold.isUsed) this.flush();
    }
  }

  #isHeld(): boolean {
    if (this.#hold !== undefined) this.#hold.isUsed = true;
    return this.#hold !== undefined;
  }

  /** Until when the chat server asked us to wait (wall clock). */
  blockedUntil(): number | undefined {
    const stored = this.facts.get(BLOCKED_UNTIL);
    return typeof stored === 'number' ? stored : undefined;
  }

  setBlockedUntil(until: number): void {
    this.facts.put(BLOCKED_UNTIL, until);
  }
}
