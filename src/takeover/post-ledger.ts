// Owns which box has which post, as the publisher last saved it; passes everything on to the memory.

import type { PostRecord } from '../boxes/publish/post-record.ts';
import type { Memory } from './memory.ts';

export class PostLedger {
  readonly #memory: Memory;
  readonly #rememberTurns: () => void;
  readonly #recordsByBox = new Map<string, PostRecord>();

  constructor(memory: Memory, rememberTurns: () => void) {
    this.#memory = memory;
    this.#rememberTurns = rememberTurns;
  }

  /** What an earlier process left, each as `asTaken` takes it over. */
  restore(asTaken: (record: PostRecord) => PostRecord = (record) => record): PostRecord[] {
    const records = this.#memory.storedPosts().map(asTaken);
    for (const record of records) this.#recordsByBox.set(record.boxId, record);
    return records;
  }

  /** The turn is on disk before its post is made: after a crash it must be known whose post that is. */
  save(record: PostRecord): void {
    if (!this.#recordsByBox.has(record.boxId)) this.#rememberTurns();
    this.#recordsByBox.set(record.boxId, record);
    this.#memory.savePost(record);
  }

  drop(boxId: string): void {
    this.#recordsByBox.delete(boxId);
    this.#memory.dropPost(boxId);
  }

  records(): PostRecord[] {
    return [...this.#recordsByBox.values()];
  }

  /** The box whose post that is. Two boxes share a post for a moment while one takes it over from the other: then the newer one. */
  boxOf(postId: string): string | undefined {
    return this.records().findLast((record) => record.postId === postId)?.boxId;
  }

  /** The end of its box is told by another post, or is about to be. */
  isReplaced(postId: string): boolean {
    return this.records().some((record) => record.replaces === postId);
  }

  postIdOf(boxId: string): string | undefined {
    return this.#recordsByBox.get(boxId)?.postId;
  }

  openPostIds(): string[] {
    return [...this.#recordsByBox.values()].flatMap(({ postId, phase, final }) =>
      postId === undefined || phase !== 'posted' || final ? [] : [postId],
    );
  }
}
