// The server's short memory of `pending_post_id`. A restart empties it.

/** How long a real server remembers an id (same post after 25 s, a new one after 33 s). */
const REMEMBERED_MS = 30_000;

/** The state of one pending id. */
type PendingState = { kind: 'unknown' } | { kind: 'in_progress' } | { kind: 'created'; postId: string };

/** Remembers which create belongs to which `pending_post_id`. */
export class PendingIds {
  private readonly entries = new Map<string, { postId: string; until: number }>();

  /** The state of `pendingId` at `now`. */
  state(pendingId: string, now: number): PendingState {
    const entry = this.entries.get(pendingId);
    if (entry === undefined || entry.until <= now) return { kind: 'unknown' };
    return entry.postId === '' ? { kind: 'in_progress' } : { kind: 'created', postId: entry.postId };
  }

  /** A create has arrived and is not done yet. */
  begin(pendingId: string, now: number): void {
    this.write(pendingId, '', now);
  }

  /** The create is done. */
  complete(pendingId: string, postId: string, now: number): void {
    this.write(pendingId, postId, now);
  }

  /** The create failed or was never made: the id is free again. */
  free(pendingId: string): void {
    this.entries.delete(pendingId);
  }

  /** The oldest entries come first, so what has expired is at the beginning. */
  private write(pendingId: string, postId: string, now: number): void {
    for (const [id, entry] of this.entries) {
      if (entry.until > now) break;
      this.entries.delete(id);
    }
    this.entries.delete(pendingId);
    this.entries.set(pendingId, { postId, until: now + REMEMBERED_MS });
  }
}
