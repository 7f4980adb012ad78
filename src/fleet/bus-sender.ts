// Sends what one gateway says to the bus: the records of its turns, with the attributes of CloudEvents as headers, and values of buckets.

import { jetstream, JetStreamApiError, type JetStreamPublishOptions } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { OutboxPorts } from './record-outbox.ts';
import { turnSubject } from './turn-stream.ts';

const TYPE = 'live-status.turn.v1';
const TIMEOUT_MS = 2_000;
const GONE_FOR = '1h'; // who was away for longer reads no record of the box at all

export interface Sender {
  /** The connection of the moment. Nothing is given to one that is lost: it would keep what is old by the time it is back. */
  connection(): NatsConnection | undefined;
  server: string;
  gateway: string;
  /** Milliseconds since the epoch. */
  now(): number;
}

export function busSender({ connection, server, gateway, now }: Sender): OutboxPorts['send'] {
  return async (boxId, bytes, seq) => {
    const attributes = headers();
    attributes.set('ce-specversion', '1.0');
    attributes.set('ce-type', TYPE);
    attributes.set('ce-source', `/live-status/${gateway}`);
    attributes.set('ce-subject', boxId);
    attributes.set('ce-id', `${gateway}/${boxId}/${seq}`);
    attributes.set('ce-time', new Date(now()).toISOString());
    attributes.set('content-type', 'application/json');
    const ends = bytes === undefined ? { ttl: GONE_FOR } : {};
    await publishTo(connection(), turnSubject(server, { gateway, boxId }), bytes, { headers: attributes, ...ends });
  };
}

/** Resolves when the bus has it for good. Throws for people. */
export async function publishTo(
  connection: NatsConnection | undefined,
  subject: string,
  bytes: Uint8Array | string | undefined,
  options: Partial<JetStreamPublishOptions> = {},
): Promise<void> {
  if (connection === undefined || connection.isClosed()) throw new Error('the bus is not connected');
  try {
    await jetstream(connection).publish(subject, bytes, { timeout: TIMEOUT_MS, ...options });
  } catch (error) {
    throw new Error(reasonOf(error, subject), { cause: error });
  }
}

function reasonOf(error: unknown, subject: string): string {
  const message = error instanceof Error ? error.message : 'unknown';
  if (error instanceof Error && error.name === 'JetStreamNotEnabled')
    return 'nobody keeps what is sent: JetStream must be on, and a publisher of the fleet must have made the streams once';
  if (error instanceof JetStreamApiError) return `the bus does not keep ${subject} (${message})`;
  return /permission/i.test(message) ? `the bus does not let us publish ${subject}; correct the rights of our user there` : message;
}
