// Reads the newest record of every box from the bus, and then what changes. Whatever else comes is counted and left out. Owns which record of
// a box is the newest; knows nothing of what is made of it.

import { type Consumer, type ConsumerMessages, DeliverPolicy, jetstream, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { SentTimes } from './clock-differences.ts';
import { decodeRecord, type RecordRefusal, type RecordSubject } from './decode-record.ts';
import { isNewer, type TurnRecord } from './turn-record.ts';
import { allSubjects, decodeSubject, TURN_STREAM } from './turn-stream.ts';

export interface InboxPorts {
  onRecord(record: TurnRecord, times: SentTimes): void;
  /** The clock of the bus, milliseconds since the epoch, before the first record and whenever it is asked for. */
  onBusTime?(at: number): void;
  /** The box is over: its watcher needs it no more. */
  onGone(box: RecordSubject): void;
}

/** Why a message was left out: `older` than what is known, or there are more boxes than can be kept, of its gateway or of all. */
export type LeftOut = RecordRefusal | 'subject' | 'older' | 'too_many';

const NS_PER_MS = 1_000_000n;
const MAX_BOXES = 20_000;
const MAX_BOXES_OF_GATEWAY = 2_000; // more than a watcher tells: one that is broken into takes no place of the others

export class RecordInbox {
  readonly #ports: InboxPorts;
  readonly #newestBySubject = new Map<string, Pick<TurnRecord, 'epoch' | 'seq'>>();
  readonly #boxesByGateway = new Map<string, number>();
  readonly #leftOut: Partial<Record<LeftOut, number>> = {};
  readonly #caughtUp = Promise.withResolvers<void>();
  #messages: ConsumerMessages | undefined;
  #consumer: Consumer | undefined;
  #unknownLines = 0;

  constructor(ports: InboxPorts) {
    this.#ports = ports;
  }

  /** Resolves when all that was there at the start was read. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  get leftOut(): Readonly<Partial<Record<LeftOut, number>>> {
    return this.#leftOut;
  }

  get unknownLines(): number {
    return this.#unknownLines;
  }

  /** Throws what the server refuses. The client makes the consumer again when a connection was lost. */
  async start(connection: NatsConnection, server: string): Promise<void> {
    const options = { deliver_policy: DeliverPolicy.LastPerSubject, filter_subjects: [allSubjects(server)] };
    const consumer = await jetstream(connection).consumers.get(TURN_STREAM, options);
    this.#consumer = consumer;
    if ((await this.#ask(consumer)) === 0) this.#caughtUp.resolve();
    this.#messages = await consumer.consume({ callback: (message) => this.#take(message) });
  }

  /** Asks the bus for its time: our clock may have been set. Throws what the server refuses. */
  async askBusTime(): Promise<void> {
    if (this.#consumer !== undefined) await this.#ask(this.#consumer);
  }

  /** How many records are still to come. */
  async #ask(consumer: Consumer): Promise<number> {
    const { num_pending: pending, ts = '' } = await consumer.info();
    this.#ports.onBusTime?.(Date.parse(ts));
    return pending;
  }

  async stop(): Promise<void> {
    await this.#messages?.close();
  }

  #take({ subject, data, info, headers, timestampNanos }: JsMsg): void {
    const times = { saidAt: Date.parse(headers?.get('ce-time') ?? ''), storedAt: Number(timestampNanos / NS_PER_MS) };
    const refusal = this.#read(subject, data, times);
    if (refusal !== undefined) this.#leftOut[refusal] = (this.#leftOut[refusal] ?? 0) + 1;
    if (info.pending === 0) this.#caughtUp.resolve();
  }

  #read(subject: string, bytes: Uint8Array, times: SentTimes): LeftOut | undefined {
    const box = decodeSubject(subject);
    if (box === undefined) return 'subject';
    if (bytes.length === 0) return this.#forget(subject, box);
    const decoded = decodeRecord(bytes, box);
    if ('refused' in decoded) return decoded.refused;
    const known = this.#newestBySubject.get(subject);
    if (known !== undefined && !isNewer(decoded.record, known)) return 'older';
    if (known === undefined && !this.#takesIn(box.gateway)) return 'too_many';
    const { epoch, seq } = decoded.record;
    this.#newestBySubject.set(subject, { epoch, seq });
    this.#unknownLines += decoded.unknownLines;
    this.#ports.onRecord(decoded.record, times);
    return undefined;
  }

  #takesIn(gateway: string): boolean {
    const ofGateway = this.#boxesByGateway.get(gateway) ?? 0;
    if (this.#newestBySubject.size >= MAX_BOXES || ofGateway >= MAX_BOXES_OF_GATEWAY) return false;
    this.#boxesByGateway.set(gateway, ofGateway + 1);
    return true;
  }

  #forget(subject: string, box: RecordSubject): undefined {
    if (!this.#newestBySubject.delete(subject)) return;
    const left = (this.#boxesByGateway.get(box.gateway) ?? 1) - 1;
    if (left > 0) this.#boxesByGateway.set(box.gateway, left);
    else this.#boxesByGateway.delete(box.gateway);
    this.#ports.onGone(box);
  }
}
