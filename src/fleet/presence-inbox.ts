// Reads from the bus what each gateway says of itself. Whatever else comes is left out. Knows nothing of what is made of it.

import { type ConsumerMessages, DeliverPolicy, jetstream, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { decodeGatewayId } from '../core/gateway-name.ts';
import { GATEWAYS_BUCKET, keySubject } from './buckets.ts';
import { decodePresence, type GatewayPresence } from './gateway-presence.ts';

const MAX_BYTES = 4_096;
const PREFIX = keySubject(GATEWAYS_BUCKET, '');

export class PresenceInbox {
  readonly #onPresence: (gateway: string, presence: GatewayPresence) => void;
  readonly #caughtUp = Promise.withResolvers<void>();
  #messages: ConsumerMessages | undefined;

  constructor(onPresence: (gateway: string, presence: GatewayPresence) => void) {
    this.#onPresence = onPresence;
  }

  /** Resolves when all that was there at the start was read. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  /** Throws what the server refuses. The client makes the consumer again when a connection was lost. */
  async start(connection: NatsConnection): Promise<void> {
    const options = { deliver_policy: DeliverPolicy.LastPerSubject, filter_subjects: [`${PREFIX}*`] };
    const consumer = await jetstream(connection).consumers.get(`KV_${GATEWAYS_BUCKET}`, options);
    if ((await consumer.info()).num_pending === 0) this.#caughtUp.resolve();
    this.#messages = await consumer.consume({ callback: (message) => this.#take(message) });
  }

  async stop(): Promise<void> {
    await this.#messages?.close();
  }

  /** A key that has expired comes as a message that says nothing. */
  #take({ subject, data, info }: JsMsg): void {
    const gateway = decodeGatewayId(subject.slice(PREFIX.length));
    const presence = data.length > MAX_BYTES ? undefined : decodePresence(new TextDecoder().decode(data));
    if (gateway !== undefined && presence !== undefined) this.#onPresence(gateway, presence);
    if (info.pending === 0) this.#caughtUp.resolve();
  }
}
