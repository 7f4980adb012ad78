// Holds the record of each box's post: the one place that says which box has which post. Knows neither the server nor what boxes say.

import { isDeepStrictEqual } from 'node:util';
import type { OwedView, PostRecord } from '../core/post-record.ts';
import type { Change, Checkpoint, StoredPart } from './checkpoint.ts';
import { ImmediateRows } from './immediate-rows.ts';

export class PostStore implements StoredPart {
  readonly #rows: ImmediateRows;
  readonly #beforeFirst: () => void;
  /** Runs that at once, and then writes what it saves in one transaction. */
  readonly together: (run: () => void) => void;
  readonly #recordsByBox: Map<string, PostRecord>;
  #onSaved: (record: PostRecord) => void = () => undefined;

  /** `beforeFirst` is called before the first record of a box is written. */
  constructor(checkpoint: Checkpoint, beforeFirst: () => void, together = (run: () => void): void => run()) {
    this.#rows = new ImmediateRows(checkpoint, 'post');
    this.#beforeFirst = beforeFirst;
    this.together = together;
    this.#recordsByBox = new Map(this.#rows.rows().flatMap(({ value }) => decodeRecord(value).map((record) => [record.boxId, record])));
  }

  /** Calls `look` with each record, those of earlier processes now and later ones when they are saved. */
  onSaved(look: (record: PostRecord) => void): void {
    this.#onSaved = look;
    for (const record of this.records()) look(record);
  }

  /** On disk when this returns, unless the disk fails: a create is sent only after its intent is safe. Costs nothing when nothing changed. */
  save(record: PostRecord): void {
    const known = this.#recordsByBox.get(record.boxId);
    if (isDeepStrictEqual(known, record)) return;
    if (known === undefined) this.#beforeFirst();
    this.#recordsByBox.set(record.boxId, record);
    this.#rows.put(record.boxId, record);
    this.#onSaved(record);
  }

  /** Deletes the record of that box. */
  drop(boxId: string): void {
    if (this.#recordsByBox.delete(boxId)) this.#rows.put(boxId, undefined);
  }

  /** The records of all boxes, those of earlier processes included. */
  records(): PostRecord[] {
    return [...this.#recordsByBox.values()];
  }

  /** The box that has that post. Two boxes share a post for a moment while one takes it over; then it is the newer box. */
  boxOf(postId: string): string | undefined {
    return this.records().findLast((record) => record.postId === postId)?.boxId;
  }

  /** The posts instead of which another one shows the end of their box, or is about to. */
  replacedIds(): string[] {
    return this.records().flatMap(({ replaces }) => replaces ?? []);
  }

  postIdOf(boxId: string): string | undefined {
    return this.#recordsByBox.get(boxId)?.postId;
  }

  /** Whether a post of the box may be on its way: it has a record, and neither a post nor a deletion in it. */
  awaitsPost(boxId: string): boolean | undefined {
    const record = this.#recordsByBox.get(boxId);
    return record === undefined ? undefined : record.postId === undefined && record.phase !== 'gone';
  }

  openPostIds(): string[] {
    return this.records().flatMap(({ postId, phase, final }) => (postId === undefined || phase !== 'posted' || final ? [] : [postId]));
  }

  changes(): Change[] {
    return this.#rows.changes();
  }

  written(): void {
    this.#rows.written();
  }
}

/** Rows are our own. A foreign or incomplete one is skipped. */
function decodeRecord(value: unknown): PostRecord[] {
  if (!isPostRecord(value)) return [];
  const { owedView, ...record } = value;
  return [isOwedView(owedView) ? { ...record, owedView } : record];
}

function isPostRecord(value: unknown): value is PostRecord {
  const { boxId, phase, pendingPostId, target } = (value ?? {}) as Partial<PostRecord>;
  return (
    typeof boxId === 'string' && typeof phase === 'string' && typeof pendingPostId === 'string' && typeof target?.channelId === 'string'
  );
}

function isOwedView(value: unknown): value is OwedView {
  const { card, turnStartedAt, meta } = (value ?? {}) as Partial<OwedView>;
  return typeof card?.title === 'string' && Array.isArray(card.lines) && Array.isArray(meta?.runs) && typeof turnStartedAt === 'number';
}
