// What a watcher has of the bus: the connection, the outbox of its boxes, and what it says of itself. Its user may publish only below its own
// name, and hear only its own inbox.

import type { NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/error-code.ts';
import type { Logger } from '../core/log.ts';
import { Timers } from '../core/timers.ts';
import type { NatsAccess } from '../nats/nats-access.ts';
import { FINDINGS_BUCKET, GATEWAYS_BUCKET, keySubject } from './buckets.ts';
import { connectToBus } from './bus-connection.ts';
import { BusLink } from './bus-link.ts';
import { busSender, publishTo } from './bus-sender.ts';
import { encodePresence, type GatewayPresence, PRESENCE_EVERY_MS, PRESENCE_TTL } from './gateway-presence.ts';
import { RecordOutbox } from './record-outbox.ts';
import { encodeFinding, type ToldFinding } from './told-finding.ts';

export interface WatcherBusPorts {
  clock: Clock;
  log: Logger;
  access: NatsAccess;
  /** The word for the chat server. */
  server: string;
  gateway: string;
  version: string;
  /** Of the records that are sent; `undefined` while what happened before is still read. */
  epoch(): number | undefined;
  /** Turns that are told. */
  boxes(): number;
  /** Called with each new connection: what was sent before may be gone. */
  onConnected(): void;
}

const PING_MS = 5_000; // a connection that is half dead is noticed after two of them

export class WatcherBus {
  readonly outbox: RecordOutbox;
  readonly #ports: WatcherBusPorts;
  readonly #link: BusLink;
  readonly #timers: Timers<'presence'>;
  #wasReached = false;

  constructor(ports: WatcherBusPorts) {
    const { clock, log, server, gateway } = ports;
    this.#ports = ports;
    this.#timers = new Timers(clock);
    this.#link = new BusLink({ clock, log, connect: () => this.#connect(), onConnected: () => this.#greet() });
    const send = busSender({ connection: () => this.#link.connection, server, gateway, now: () => clock.now() });
    this.outbox = new RecordOutbox({ clock, log, send });
  }

  /** Why boxes are not told, for people; `undefined` while they are. */
  get because(): string | undefined {
    return this.#link.because ?? this.outbox.because;
  }

  /** Since the start. */
  get wasReached(): boolean {
    return this.#wasReached;
  }

  start(): void {
    this.#link.start();
    this.#timers.repeat(
      'presence',
      () => PRESENCE_EVERY_MS,
      () => this.#sayPresence(),
    );
  }

  /** Says for the last time how it is, as far as the bus is there. */
  async stop(): Promise<void> {
    const said = this.#link.connection === undefined ? undefined : this.#sayPresence({ stopped: true });
    await Promise.all([said, this.outbox.stop(), this.#timers.stop()]);
    await this.#link.stop();
  }

  /** Resolves when the bus has it for good. Throws for people. */
  async tellFinding(finding: ToldFinding): Promise<void> {
    const key = `${this.#ports.gateway}.${finding.id}`;
    await publishTo(this.#link.connection, keySubject(FINDINGS_BUCKET, key), encodeFinding(finding));
  }

  #connect(): Promise<NatsConnection> {
    const { access, gateway } = this.#ports;
    return connectToBus(access, { name: `live-status watcher ${gateway}`, inboxPrefix: `_INBOX.${gateway}`, pingInterval: PING_MS });
  }

  async #greet(): Promise<void> {
    this.#wasReached = true;
    this.#ports.onConnected();
    this.#timers.track(this.#sayPresence());
  }

  /** What nobody keeps is said again in a moment, and the outbox says why it is not kept. */
  async #sayPresence(more: Pick<GatewayPresence, 'stopped'> = {}): Promise<void> {
    const { clock, log, gateway, version, epoch, boxes } = this.#ports;
    const presence = { version, boxes: boxes(), waiting: this.outbox.waiting, at: clock.now(), ...epochOf(epoch()), ...more };
    try {
      await publishTo(this.#link.connection, keySubject(GATEWAYS_BUCKET, gateway), encodePresence(presence), { ttl: PRESENCE_TTL });
    } catch (error) {
      log.debug({ because: errorText(error) }, 'The bus of the fleet does not keep that this gateway is there.');
    }
  }
}

function epochOf(epoch: number | undefined): Pick<GatewayPresence, 'epoch'> {
  return epoch === undefined ? {} : { epoch };
}
