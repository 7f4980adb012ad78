// Does what the coordinator of a mesh does on its bus: writes each record to its bucket, then publishes the event that tells of it.

import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { type RecordedMessage, writeOf } from '../unit/sources/mesh/recorded-mesh.ts';

export class Coordinator {
  readonly #connection: NatsConnection;
  readonly #kvByBucket = new Map<string, KV>();

  private constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** With the buckets of the mesh, which it makes as the system does. */
  static async on(
    connection: NatsConnection,
    buckets: readonly string[] = ['MESH_TASKS', 'MESH_PLANS', 'MESH_COLLAB', 'MESH_NODE_HEALTH'],
  ): Promise<Coordinator> {
    const coordinator = new Coordinator(connection);
    const kvm = new Kvm(connection);
    for (const bucket of buckets) coordinator.#kvByBucket.set(bucket, await kvm.create(bucket, { history: 1 }));
    return coordinator;
  }

  /** Writes and publishes; a write alone, or an event alone, where `only` says so. */
  async tells(message: RecordedMessage, only?: 'writes' | 'events'): Promise<void> {
    const write = writeOf(message);
    if (write !== undefined && only !== 'events') await this.writes(write.bucket, write.key, write.value);
    if (only !== 'writes') this.publishes(message.subject, message.data);
  }

  async tellsAll(messages: readonly RecordedMessage[], only?: 'writes' | 'events'): Promise<void> {
    for (const message of messages) await this.tells(message, only);
    await this.#connection.flush();
  }

  async writes(bucket: string, key: string, value: unknown): Promise<void> {
    await this.#kvByBucket.get(bucket)?.put(key, JSON.stringify(value));
  }

  async deletes(bucket: string, key: string): Promise<void> {
    await this.#kvByBucket.get(bucket)?.delete(key);
  }

  publishes(subject: string, data: unknown): void {
    this.#connection.publish(subject, typeof data === 'string' ? data : JSON.stringify(data));
  }
}
