// The connection to the bus: made again for ever, with growing pauses. Each connection reads the buckets from their beginning, so what was
// missed in between does not matter. It only reads: it publishes nothing and writes to no bucket.

import { connect, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/log.ts';
import { Timers } from '../../core/timers.ts';
import type { LinkListener } from './link-listener.ts';
import { backOffMs, type LinkState, type MeshLink } from './link-state.ts';
import { connectionOptions, type NatsAccess } from '../../nats/nats-access.ts';
import { BucketReaders } from './bucket-readers.ts';
import { readMemoryStreams } from './memory-streams.ts';
import { refusalOf } from '../../nats/nats-refusal.ts';

interface NatsLinkOptions {
  readonly access: NatsAccess;
  readonly clock: Clock;
  readonly log: Logger;
  readonly listener: LinkListener;
  random(): number;
}

/** Subjects with news. Whole rounds of collaborations are for their nodes alone, and nobody reads them here. */
const SUBJECTS = ['mesh.events.>', 'mesh.agent.*.*', 'mesh.health.alerts'];
/** Remarks about memory: a user of the bus need not have leave for them. */
const REMARKS = 'local.*.events.>';

const OVERLAP_MS = 10 * 60_000; // an event that comes twice counts once, and clocks differ

export class NatsLink implements MeshLink {
  readonly #options: NatsLinkOptions;
  readonly #timers: Timers<'retry'>;
  #connection: NatsConnection | undefined;
  #readers: BucketReaders | undefined;
  #state: LinkState = { state: 'connecting' };
  #failures = 0;
  #connections = 0;
  /** Until then the bus was heard. */
  #heardUntil: number;
  #isStopped = false;
  #attempt: Promise<void> = Promise.resolve();

  constructor(options: NatsLinkOptions) {
    this.#options = options;
    this.#timers = new Timers(options.clock);
    this.#heardUntil = options.clock.now();
  }

  get state(): LinkState {
    const because = this.#readers?.missing();
    return this.#state.state === 'heard' && because !== undefined ? { state: 'heard', because } : this.#state;
  }

  get reconnects(): number {
    return Math.max(0, this.#connections - 1);
  }

  start(): void {
    this.#attempt = this.#connect();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#timers.stop();
    await this.#connection?.close();
    await this.#attempt;
  }

  async #connect(): Promise<void> {
    try {
      const connection = await connect(connectionOptions(this.#options.access));
      if (this.#isStopped) return await connection.close();
      await this.#stay(connection);
    } catch (error) {
      this.#away(refusalOf(error, this.#options.access));
    }
    if (!this.#isStopped) this.#retry();
  }

  /** Until the connection ends, whoever ends it. */
  async #stay(connection: NatsConnection): Promise<void> {
    const { listener, log } = this.#options;
    this.#connection = connection;
    this.#connections += 1;
    const refused = new Set<string>();
    for (const subject of [...SUBJECTS, REMARKS]) this.#subscribe(connection, subject, refused);
    await connection.flush();
    this.#failures = 0;
    this.#state = { state: 'heard' };
    log.info({ url: connection.getServer() }, 'The bus of the mesh is heard.');
    listener.connected();
    this.#readers = new BucketReaders(connection, this.#options, refused);
    this.#readers.start();
    this.#timers.track(readMemoryStreams(connection, this.#heardUntil - OVERLAP_MS, (subject, body) => listener.message(subject, body)));
    const error = await connection.closed();
    await this.#readers.stop();
    this.#readers = undefined;
    this.#connection = undefined;
    this.#heardUntil = this.#options.clock.now();
    listener.disconnected();
    this.#away(
      error instanceof Error
        ? refusalOf(error, this.#options.access)
        : `the bus at ${this.#options.access.url} has closed the connection; it is tried again`,
    );
  }

  #subscribe(connection: NatsConnection, subject: string, refused: Set<string>): Subscription {
    return connection.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) this.#options.listener.message(message.subject, message.data);
        else if (subject !== REMARKS) refused.add(subject);
      },
    });
  }

  #away(because: string): void {
    if (this.#isStopped) return;
    if (this.#state.state !== 'away' || this.#state.because !== because)
      this.#options.log.warn({ because }, 'The bus of the mesh is not heard. It is tried again and again.');
    this.#state = { state: 'away', because };
  }

  #retry(): void {
    this.#timers.restart('retry', backOffMs(this.#failures, this.#options.random), () => {
      this.#attempt = this.#connect();
    });
    this.#failures += 1;
  }
}
