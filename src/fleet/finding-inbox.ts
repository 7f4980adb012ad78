// Reads the findings that watchers tell from the bus, until each is done with. Owns which wait; knows nothing of how people are told.

import { type KV, type KvEntry, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { decodeGatewayId } from '../core/gateway-name.ts';
import { FINDINGS_BUCKET } from './buckets.ts';
import { decodeFinding, type ToldFinding } from './told-finding.ts';

export interface WaitingFinding {
  /** Names it on the bus. */
  readonly key: string;
  readonly gateway: string;
  readonly finding: ToldFinding;
}

const MOST_WAITING = 1_000; // more are read when these are done with, or by the next run
const MOST_OF_GATEWAY = 50; // so that one that is broken into takes no place of the others
const PUT = 'PUT';

export class FindingInbox {
  readonly #connection: NatsConnection;
  readonly #onWaiting: () => void;
  readonly #waitingByKey = new Map<string, WaitingFinding>();
  #kv: KV | undefined;
  #entries: Awaited<ReturnType<KV['watch']>> | undefined;
  #reading: Promise<void> | undefined;

  /** `onWaiting` is called when there is something new. */
  constructor(connection: NatsConnection, onWaiting: () => void) {
    this.#connection = connection;
    this.#onWaiting = onWaiting;
  }

  /** In the order in which they were told. */
  get waiting(): readonly WaitingFinding[] {
    return [...this.#waitingByKey.values()];
  }

  /** Throws what the bus refuses. */
  async start(): Promise<void> {
    this.#kv = await new Kvm(this.#connection).open(FINDINGS_BUCKET);
    this.#entries = await this.#kv.watch();
    this.#reading = this.#read(this.#entries);
  }

  /** The finding needs nobody any more. Throws when the bus does not take that: then it comes again to the next run. */
  async done(key: string): Promise<void> {
    this.#waitingByKey.delete(key);
    await this.#kv?.purge(key);
  }

  async stop(): Promise<void> {
    this.#entries?.stop();
    await this.#reading;
  }

  async #read(entries: AsyncIterable<KvEntry>): Promise<void> {
    for await (const entry of entries) this.#take(entry);
  }

  #hasRoom({ key, gateway }: WaitingFinding): boolean {
    if (this.#waitingByKey.has(key)) return true;
    const ofGateway = this.waiting.filter((other) => other.gateway === gateway).length;
    return this.#waitingByKey.size < MOST_WAITING && ofGateway < MOST_OF_GATEWAY;
  }

  #take(entry: KvEntry): void {
    const { key } = entry;
    const waiting = entry.operation === PUT ? waitingIn(entry) : undefined;
    if (waiting === undefined) this.#waitingByKey.delete(key);
    else if (this.#hasRoom(waiting)) {
      this.#waitingByKey.set(key, waiting);
      this.#onWaiting();
    }
  }
}

/** A gateway has leave to write below its own name only. */
function waitingIn(entry: KvEntry): WaitingFinding | undefined {
  const [name = '', ...rest] = entry.key.split('.');
  const gateway = decodeGatewayId(name);
  const finding = decodeFinding(entry.string());
  return gateway === undefined || finding === undefined || finding.id !== rest.join('.') ? undefined : { key: entry.key, gateway, finding };
}
