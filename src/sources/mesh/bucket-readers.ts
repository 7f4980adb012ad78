// Reads the buckets of one connection from their beginning, and goes on with what is written. A bucket that is not there yet, or may not
// be read, is tried again while the connection lasts.

import { Kvm, type KvWatchEntry } from '@nats-io/kv';
import type { NatsConnection, QueuedIterator } from '@nats-io/transport-node';
import type { Clock } from '../../core/clock.ts';
import { Timers } from '../../core/timers.ts';
import type { LinkListener } from './link-listener.ts';

/** The buckets of the mesh. Without the first three their work is known from events alone. */
const BUCKETS = ['MESH_PLANS', 'MESH_TASKS', 'MESH_COLLAB', 'MESH_NODE_HEALTH'] as const;

/** Not every mesh has it. */
const OPTIONAL = 'MESH_NODE_HEALTH';

const AGAIN_MS = 15_000;

export class BucketReaders {
  readonly #connection: NatsConnection;
  readonly #listener: LinkListener;
  readonly #refused: ReadonlySet<string>;
  readonly #timers: Timers;
  readonly #watches = new Set<QueuedIterator<KvWatchEntry>>();
  /** Why a bucket is not read, by bucket. */
  readonly #whyByBucket = new Map<string, string>();
  #isStopped = false;

  constructor(connection: NatsConnection, { clock, listener }: { clock: Clock; listener: LinkListener }, refused: ReadonlySet<string>) {
    this.#connection = connection;
    this.#listener = listener;
    this.#refused = refused;
    this.#timers = new Timers(clock);
  }

  start(): void {
    this.#timers.track(this.#startAll());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const watch of this.#watches) watch.stop();
    await this.#timers.stop();
  }

  /** What cannot be read, with the cure; `undefined` when all is. */
  missing(): string | undefined {
    const buckets = [...this.#whyByBucket].map(([bucket, why]) => `the bucket ${bucket} is not read (${why})`);
    const subjects = [...this.#refused].map((subject) => `we may not subscribe to ${subject}`);
    const parts = [...buckets, ...subjects];
    return parts.length === 0
      ? undefined
      : `${parts.join('; ')}; let the user of MESH_NATS_URL read them, or see whether the mesh has begun`;
  }

  /** One after the other: plans are known before their tasks. */
  async #startAll(): Promise<void> {
    for (const bucket of BUCKETS) await this.#read(bucket);
    if (!this.#isStopped) this.#listener.wasRead();
  }

  /** Resolves when all that is in the bucket was handed on. Never rejects. */
  async #read(bucket: string): Promise<void> {
    try {
      const kv = await new Kvm(this.#connection).open(bucket);
      const { values } = await kv.status();
      this.#listener.bucketBegins(bucket);
      const watch = await kv.watch();
      if (this.#isStopped) return watch.stop();
      this.#watches.add(watch);
      this.#whyByBucket.delete(bucket);
      await new Promise<void>((resolve) => {
        this.#timers.track(this.#handOn(bucket, watch, values === 0, resolve));
      });
    } catch (error) {
      this.#failed(bucket, error);
    }
  }

  async #handOn(bucket: string, watch: QueuedIterator<KvWatchEntry>, isEmpty: boolean, onKnown: () => void): Promise<void> {
    let isKnown = isEmpty;
    if (isEmpty) this.#listener.bucketKnown(bucket);
    if (isEmpty) onKnown();
    try {
      for await (const { key, value, operation, created, delta } of watch) {
        this.#listener.written(bucket, key, operation === 'PUT' ? value : undefined, created.getTime());
        if (isKnown || (delta ?? 0) > 0) continue;
        isKnown = true;
        this.#listener.bucketKnown(bucket);
        onKnown();
      }
    } catch (error) {
      this.#failed(bucket, error);
    }
    onKnown();
    this.#watches.delete(watch);
    if (!this.#isStopped) this.#failed(bucket, undefined);
  }

  #failed(bucket: string, error: unknown): void {
    if (this.#isStopped) return;
    this.#listener.bucketInterrupted(bucket);
    const why = error instanceof Error ? error.message : 'its reading ended';
    if (bucket !== OPTIONAL || !/not found/i.test(why)) this.#whyByBucket.set(bucket, why);
    this.#timers.after(AGAIN_MS, () => (this.#isStopped || this.#connection.isClosed() ? undefined : this.#read(bucket)));
  }
}
