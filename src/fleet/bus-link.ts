// The connection to the bus of the fleet: made again for ever, a second after it was lost or refused. Knows nothing of what is said on it.

import type { NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/error-code.ts';
import type { Logger } from '../core/log.ts';
import { createRepeatLog, type RepeatLog } from '../core/repeat-log.ts';
import { Timers } from '../core/timers.ts';
import { serverRefusal } from './turn-stream.ts';

interface LinkPorts {
  clock: Clock;
  log: Logger;
  /** Makes a connection that does not reconnect by itself. */
  connect(): Promise<NatsConnection>;
  /** Called with each new connection. */
  onConnected(connection: NatsConnection): Promise<void>;
}

const RETRY_MS = 1_000;

export class BusLink {
  readonly #ports: LinkPorts;
  readonly #repeats: RepeatLog;
  readonly #timers: Timers<'retry'>;
  #connection: NatsConnection | undefined;
  #isStopped = false;
  #because: string | undefined = 'it was not tried yet';

  constructor(ports: LinkPorts) {
    this.#ports = ports;
    this.#repeats = createRepeatLog(ports.log, ports.clock);
    this.#timers = new Timers(ports.clock);
  }

  /** `undefined` while there is none. */
  get connection(): NatsConnection | undefined {
    return this.#connection;
  }

  /** Why the bus is not reached, for people; `undefined` while it is. */
  get because(): string | undefined {
    return this.#because;
  }

  start(): void {
    void this.#connect();
  }

  /** Waits for no connection that is only being made: a server that hangs would hold a stop up. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#connection?.close();
    await this.#timers.stop();
  }

  async #connect(): Promise<void> {
    try {
      const connection = await this.#ports.connect();
      const use = this.#useUntilClosed(connection);
      this.#timers.track(use);
      await use;
      this.#lost('the bus has closed the connection');
    } catch (error) {
      this.#lost(errorText(error));
    }
    if (!this.#isStopped) this.#timers.restart('retry', RETRY_MS, () => void this.#connect());
  }

  async #useUntilClosed(connection: NatsConnection): Promise<void> {
    try {
      await this.#use(connection);
    } finally {
      await connection.close();
    }
  }

  /** Until the connection ends. Throws when the server is too old, or refuses what is asked of it. */
  async #use(connection: NatsConnection): Promise<void> {
    const refusal = serverRefusal(connection.info?.version);
    if (refusal !== undefined) throw new Error(refusal);
    if (this.#isStopped) return;
    this.#connection = connection;
    await this.#ports.onConnected(connection);
    this.#because = undefined;
    this.#repeats.recovered('bus', {}, 'The bus of the fleet is reached again.');
    await connection.closed();
  }

  #lost(because: string): void {
    this.#connection = undefined;
    this.#because = because;
    if (!this.#isStopped) this.#repeats.failed('bus', { because }, 'The bus of the fleet is not reached; it is tried again and again.');
  }
}
