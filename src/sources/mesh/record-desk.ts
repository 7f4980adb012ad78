// Takes records of one kind: decodes them, keeps the newest of each, and says which one is new.

import type { RecordKind } from './mesh-identity.ts';
import { type Kept, NewestRecords } from './newest-records.ts';

/** A record as it came. */
export interface Told {
  readonly value: unknown;
  /** Its size in the bucket. */
  readonly bytes?: number | undefined;
  /** By the clock of the mesh, where it says so. */
  readonly toldAt?: number | undefined;
}

interface Stated {
  readonly id: string;
  readonly status: unknown;
  readonly statusName: string;
}

interface DeskOptions<T> {
  readonly kind: RecordKind;
  decode(value: unknown): T | undefined;
  now(): number;
  onNews(record: T, kept: Kept<T>): void;
  /** A state that nobody knows, such as `task.paused`. */
  onUnknown(kind: string): void;
}

export class RecordDesk<T extends Stated> {
  readonly records = new NewestRecords<T>();
  readonly #options: DeskOptions<T>;

  constructor(options: DeskOptions<T>) {
    this.#options = options;
  }

  /** Takes a write to the bucket, or an event that carries the record. Whether it was one. */
  take({ value, bytes, toldAt }: Told, from: 'bucket' | 'event'): boolean {
    const { kind, decode, now, onNews, onUnknown } = this.#options;
    const record = decode(value);
    if (record === undefined) return false;
    const heardAt = now();
    const kept = { record, bytes, toldAt: toldAt ?? heardAt, heardAt };
    if (from === 'event' && !this.records.fromEvent(record.id, kept)) return true;
    if (from === 'bucket') this.records.fromBucket(record.id, kept);
    if (record.status === undefined) onUnknown(`${kind}.${record.statusName}`);
    onNews(record, { ...kept, isOfBucket: from === 'bucket' });
    return true;
  }
}
