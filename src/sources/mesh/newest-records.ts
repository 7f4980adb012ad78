// Keeps the newest record of each piece of work of one kind. A bucket that can be read is the truth: its writes come in order, and each of
// them before the event that tells of it. Without it events count, the newest by the clock of the mesh, since they come twice or shuffled.

import { setBounded } from '../../core/bounded-map.ts';

export interface Kept<T> {
  readonly record: T;
  readonly bytes?: number | undefined;
  /** By the clock of the mesh. */
  readonly toldAt: number;
  /** By our clock, which only grows. */
  readonly heardAt: number;
  readonly isOfBucket: boolean;
}

const MOST = 10_000;

export class NewestRecords<T> {
  readonly #byId = new Map<string, Kept<T>>();
  /** What the bucket had since its reading began; `undefined` while it is not read. */
  #seen: Set<string> | undefined;
  #isLive = false;

  get isLive(): boolean {
    return this.#isLive;
  }

  get(id: string): Kept<T> | undefined {
    return this.#byId.get(id);
  }

  entries(): IterableIterator<[string, Kept<T>]> {
    return this.#byId.entries();
  }

  /** The bucket is read from its beginning. */
  begin(): void {
    this.#seen = new Set();
    this.#isLive = false;
  }

  /** The bucket cannot be read any more: events count again. */
  interrupt(): void {
    this.#seen = undefined;
    this.#isLive = false;
  }

  /** All of the bucket is known. Gives the ids of what is not in it any more. */
  complete(): string[] {
    const gone = [...this.#byId.keys()].filter((id) => this.#seen?.has(id) !== true);
    this.#isLive = true;
    this.#seen = undefined;
    return gone;
  }

  fromBucket(id: string, kept: Omit<Kept<T>, 'isOfBucket'>): void {
    this.#seen?.add(id);
    setBounded(this.#byId, id, { ...kept, isOfBucket: true }, MOST);
  }

  /** Whether the event tells something new. */
  fromEvent(id: string, kept: Omit<Kept<T>, 'isOfBucket' | 'bytes'>): boolean {
    const known = this.#byId.get(id);
    if (known !== undefined && ((this.#isLive && known.isOfBucket) || kept.toldAt < known.toldAt)) return false;
    setBounded(this.#byId, id, { ...kept, isOfBucket: false, bytes: known?.bytes }, MOST);
    return true;
  }

  /** It is larger than could be read. */
  resize(id: string, bytes: number): void {
    this.#seen?.add(id);
    const kept = this.#byId.get(id);
    if (kept !== undefined) setBounded(this.#byId, id, { ...kept, bytes }, MOST);
  }

  delete(id: string): void {
    this.#byId.delete(id);
  }
}
