// Sends the records of one gateway to the bus, with the attributes of CloudEvents as headers.

import { jetstream } from '@nats-io/jetstream';
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
    const open = connection();
    if (open === undefined || open.isClosed()) throw new Error('the bus is not connected');
    const attributes = headers();
    attributes.set('ce-specversion', '1.0');
    attributes.set('ce-type', TYPE);
    attributes.set('ce-source', `/live-status/${gateway}`);
    attributes.set('ce-subject', boxId);
    attributes.set('ce-id', `${gateway}/${boxId}/${seq}`);
    attributes.set('ce-time', new Date(now()).toISOString());
    attributes.set('content-type', 'application/json');
    const ends = bytes === undefined ? { ttl: GONE_FOR } : {};
    await jetstream(open).publish(turnSubject(server, { gateway, boxId }), bytes, { headers: attributes, timeout: TIMEOUT_MS, ...ends });
  };
}
