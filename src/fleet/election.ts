// Says which of several publishers is the active one: the one to which the server hands on the beats of a pinned consumer. The pin alone is no
// fence, since a process that was stopped reads on from its buffer. So each candidate counts only beats of its own, from the moment it sent
// them, and believes in them for less time than the server needs to pin somebody else.

import { AckPolicy, type ConsumerMessages, DiscardPolicy, jetstream, jetstreamManager, type JsMsg, StorageType } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '../core/clock.ts';
import { asRecord, parseJson } from '../core/json-guards.ts';
import { Timers } from '../core/timers.ts';

interface ElectionPorts {
  clock: Clock;
  /** Names this process among all candidates. */
  instance: string;
  /** The chat server that only one of them may write to. */
  server: string;
  /** How many servers of a cluster keep the beats. */
  replicas?: number;
  onChange(isActive: boolean): void;
}

const STREAM = 'LS_BEATS';
const SUBJECTS = 'ls.beat.*';
const GROUP = 'active';
const UNPIN_MS = 2_500; // a candidate that asks for nothing for so long is pinned no more
const HOLD_MS = 1_500; // after a beat was sent; with the longest request (EXPIRES_MS) no more than UNPIN_MS
const BEAT_MS = 250; // whoever is chosen learns of it by its next beat
const EXPIRES_MS = 1_000; // of a request for beats: the client asks again this often
const NS_PER_MS = 1_000_000;
const MAX_AGE_MS = 10_000;

export class Election {
  readonly #ports: ElectionPorts;
  readonly #timers: Timers<'beat'>;
  #messages: ConsumerMessages | undefined;
  #connection: NatsConnection | undefined;
  #heldUntil = Number.NEGATIVE_INFINITY;
  /** What was told last. */
  #wasActive = false;

  constructor(ports: ElectionPorts) {
    this.#ports = ports;
    this.#timers = new Timers(ports.clock);
  }

  /** Ask before every request to the chat server. Whoever hears no here is told when it is yes again. */
  isActive(): boolean {
    this.#tell();
    return this.#wasActive;
  }

  /** Throws what the server refuses. */
  async start(connection: NatsConnection): Promise<void> {
    const name = await openBeats(connection, this.#ports);
    const consumer = await jetstream(connection).consumers.get(STREAM, name);
    this.#connection = connection;
    const options = { group: GROUP, expires: EXPIRES_MS, max_messages: 10 };
    this.#messages = await consumer.consume({ ...options, callback: (message) => this.#take(message) });
    this.#beat();
  }

  /** Whoever was active makes way: the next one need not wait until it is missed. */
  async stop(): Promise<void> {
    const wasActive = this.isActive();
    this.#heldUntil = Number.NEGATIVE_INFINITY;
    await this.#timers.stop();
    await this.#messages?.close();
    if (wasActive) await this.#unpin().catch(() => undefined); // else it is missed soon
    this.#tell();
  }

  async #unpin(): Promise<void> {
    if (this.#connection?.isClosed() !== false) return;
    const manager = await jetstreamManager(this.#connection);
    await manager.consumers.unpin(STREAM, consumerOf(this.#ports.server), GROUP);
  }

  #beat(): void {
    const { instance, server, clock } = this.#ports;
    if (this.#connection?.isClosed() === false)
      this.#connection.publish(subjectOf(server), JSON.stringify({ instance, sentAt: clock.monotonic() }));
    this.#tell();
    this.#timers.restart('beat', BEAT_MS, () => this.#beat());
  }

  /** A beat of another candidate says nothing of when the server sent it to us. */
  #take(message: JsMsg): void {
    message.ack();
    const { instance, sentAt } = asRecord(parseJson(message.string())) ?? {};
    if (instance !== this.#ports.instance || typeof sentAt !== 'number') return;
    this.#heldUntil = Math.max(this.#heldUntil, sentAt + HOLD_MS);
    this.#tell();
  }

  #tell(): void {
    const isActive = this.#ports.clock.monotonic() < this.#heldUntil;
    if (isActive === this.#wasActive) return;
    this.#wasActive = isActive;
    this.#ports.onChange(isActive);
  }
}

function consumerOf(server: string): string {
  return `publisher-${server}`;
}

function subjectOf(server: string): string {
  return `ls.beat.${server}`;
}

/** The consumer that only one candidate at a time is served by. */
async function openBeats(connection: NatsConnection, { server, replicas = 1 }: ElectionPorts): Promise<string> {
  const manager = await jetstreamManager(connection);
  const config = {
    subjects: [SUBJECTS],
    storage: StorageType.Memory,
    discard: DiscardPolicy.Old,
    max_age: MAX_AGE_MS * NS_PER_MS,
    num_replicas: replicas,
  };
  const names = await manager.streams.names(SUBJECTS).next();
  if (names.includes(STREAM)) await manager.streams.update(STREAM, config);
  else await manager.streams.add({ name: STREAM, ...config });
  const name = consumerOf(server);
  await manager.consumers.add(STREAM, {
    durable_name: name,
    filter_subject: subjectOf(server),
    ack_policy: AckPolicy.Explicit,
    priority_groups: [GROUP],
    priority_policy: 'pinned_client', // the name of the client's own constant is broken
    priority_timeout: UNPIN_MS * NS_PER_MS,
  });
  return name;
}
