// Reads what the streams `local-events-<node>` kept while nobody listened; what comes later arrives on the bus as well. Without such streams,
// or without leave to read them, only that is missing.

import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

const PREFIX = 'local-events-';
const MOST_STREAMS = 50;
const MOST_EVENTS = 2_000; // of a stream; they are remarks, and a box keeps the newest few
const EXPIRES_MS = 1_000;

/** Hands on what was kept since then. Never rejects. */
export async function readMemoryStreams(
  connection: NatsConnection,
  since: number,
  onMessage: (subject: string, body: Uint8Array) => void,
): Promise<void> {
  try {
    const manager = await jetstreamManager(connection);
    const names: string[] = [];
    for await (const name of manager.streams.names()) if (name.startsWith(PREFIX) && names.length < MOST_STREAMS) names.push(name);
    for (const name of names) await readStream(connection, name, since, onMessage);
  } catch {
    // The account has no JetStream or may not list streams.
  }
}

async function readStream(
  connection: NatsConnection,
  name: string,
  since: number,
  onMessage: (subject: string, body: Uint8Array) => void,
): Promise<void> {
  const consumer = await jetstream(connection).consumers.get(name, {
    deliver_policy: DeliverPolicy.StartTime,
    opt_start_time: new Date(since).toISOString(),
  });
  const messages = await consumer.fetch({ max_messages: MOST_EVENTS, expires: EXPIRES_MS });
  for await (const { subject, data, info } of messages) {
    onMessage(subject, data);
    if (info.pending === 0) break;
  }
}
