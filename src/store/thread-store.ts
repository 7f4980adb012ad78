// Remembers the thread of each session that has one of its own: which box began it, its first post, and which boxes are in it. It outlives
// the boxes, since a session may go on hours later. Knows neither the server nor how long a thread lasts.

import type { PostRecord } from '../core/post-record.ts';
import type { Change, Checkpoint, StoredPart } from './checkpoint.ts';
import { ImmediateRows } from './immediate-rows.ts';

export interface Thread {
  channelId: string;
  /** The box whose post is the first of the thread, or will be; empty when nobody knows it. */
  firstBoxId: string;
  /** That post, once it exists. */
  rootId?: string;
  /** The newest boxes that are in it. */
  boxIds: string[];
  /** The last activity, as far as no turn of the session says more. Wall clock. */
  activeAt: number;
}

const KEPT_BOXES = 20; // only boxes that are not finished matter

export class ThreadStore implements StoredPart {
  readonly #rows: ImmediateRows;
  readonly #threadsByKey: Map<string, Thread>;
  readonly #keysByBox = new Map<string, string>();

  constructor(checkpoint: Checkpoint) {
    this.#rows = new ImmediateRows(checkpoint, 'thread');
    this.#threadsByKey = new Map(this.#rows.rows().flatMap(({ key, value }) => (isThread(value) ? [[key, value]] : [])));
    for (const [key, { boxIds }] of this.#threadsByKey) for (const boxId of boxIds) this.#keysByBox.set(boxId, key);
  }

  of(sessionKey: string): Thread | undefined {
    return this.#threadsByKey.get(sessionKey);
  }

  /** The next post of that box begins the session's thread; what there was before is left alone. */
  begin(sessionKey: string, channelId: string, boxId: string, activeAt: number): void {
    this.#put(sessionKey, { channelId, firstBoxId: boxId, boxIds: [boxId], activeAt });
  }

  /** The session's thread was found on the server: nothing was stored of it. */
  find(sessionKey: string, channelId: string, rootId: string, activeAt: number): void {
    this.#put(sessionKey, { channelId, firstBoxId: '', rootId, boxIds: [], activeAt });
  }

  /** That box is in the session's thread. */
  join(sessionKey: string, boxId: string, activeAt: number): void {
    const thread = this.#threadsByKey.get(sessionKey);
    if (thread === undefined || thread.boxIds.includes(boxId)) return;
    const boxIds = [...thread.boxIds, boxId].slice(-KEPT_BOXES);
    this.#put(sessionKey, { ...thread, boxIds, activeAt: Math.max(thread.activeAt, activeAt) });
  }

  /** The session was active at that moment. */
  activeUntil(sessionKey: string, activeAt: number): void {
    const thread = this.#threadsByKey.get(sessionKey);
    if (thread !== undefined && activeAt > thread.activeAt) this.#put(sessionKey, { ...thread, activeAt });
  }

  /** A box that has its post outside of a thread is the first of its session's, whichever box was meant to be that. */
  posted({ boxId, postId, target, replaces }: Pick<PostRecord, 'boxId' | 'postId' | 'target' | 'replaces'>): void {
    const sessionKey = this.#keysByBox.get(boxId);
    const thread = sessionKey === undefined ? undefined : this.#threadsByKey.get(sessionKey);
    if (sessionKey === undefined || thread === undefined || postId === undefined || replaces !== undefined) return;
    const rootId = target.rootId === undefined ? postId : (thread.rootId ?? target.rootId);
    if (rootId === thread.rootId) return;
    this.#put(sessionKey, { ...thread, rootId, ...(target.rootId === undefined ? { firstBoxId: boxId } : {}) });
  }

  /** Forgets threads that were last active before that instant, and none of whose boxes is kept. */
  forgetBefore(activeAt: number, isKept: (boxId: string) => boolean): void {
    for (const [key, thread] of this.#threadsByKey) if (thread.activeAt < activeAt && !thread.boxIds.some(isKept)) this.#drop(key, thread);
  }

  changes(): Change[] {
    return this.#rows.changes();
  }

  written(): void {
    this.#rows.written();
  }

  #put(sessionKey: string, thread: Thread): void {
    this.#threadsByKey.set(sessionKey, thread);
    for (const boxId of thread.boxIds) this.#keysByBox.set(boxId, sessionKey);
    this.#rows.put(sessionKey, thread);
  }

  #drop(sessionKey: string, { boxIds }: Thread): void {
    this.#threadsByKey.delete(sessionKey);
    for (const boxId of boxIds) this.#keysByBox.delete(boxId);
    this.#rows.put(sessionKey, undefined);
  }
}

/** Rows are our own. A foreign or incomplete one is skipped. */
function isThread(value: unknown): value is Thread {
  const { channelId, firstBoxId, boxIds, activeAt } = (value ?? {}) as Partial<Thread>;
  return typeof channelId === 'string' && typeof firstBoxId === 'string' && Array.isArray(boxIds) && typeof activeAt === 'number';
}
