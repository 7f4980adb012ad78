// Checks the bus of a fleet, as this part of the fleet uses it. Sends nothing and changes nothing.

import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Config } from '../../config/config.ts';
import { errorText } from '../../core/error-code.ts';
import { serverRefusal } from '../../fleet/turn-stream.ts';
import { connectionOptions } from '../../nats/nats-access.ts';
import { refusalOf } from '../../nats/nats-refusal.ts';
import { fail, type Finding, ok } from './finding.ts';

const ABOUT = 'fleet';

/** Nothing for a machine alone. */
export async function checkFleet({ fleet, role }: Config): Promise<Finding[]> {
  if (fleet === undefined) return [];
  let connection: NatsConnection | undefined;
  try {
    connection = await connect(connectionOptions(fleet));
    return [await lookAt(connection, fleet.url, role)];
  } catch (error) {
    return [fail(ABOUT, refusalOf(error, fleet), 'nothing is shown before the bus is reached; the watcher tries it again and again')];
  } finally {
    await connection?.close();
  }
}

async function lookAt(connection: NatsConnection, url: string, role: Config['role']): Promise<Finding> {
  const version = connection.info?.version;
  const refusal = serverRefusal(version);
  if (refusal !== undefined)
    return fail(ABOUT, refusal, 'install it from the release page, and keep its store: it is read by newer servers');
  if (connection.info?.jetstream !== true)
    return fail(ABOUT, `the bus at ${url} has no JetStream`, 'switch it on: a jetstream { } block in nats.conf');
  if (role === 'publisher') {
    const because = await whyNoStreams(connection);
    if (because !== undefined)
      return fail(ABOUT, `a publisher may not make streams at ${url} (${because})`, 'give its user the right to $JS.API.>');
  }
  return ok(ABOUT, `${role} at the bus ${url}, nats-server ${version}`);
}

async function whyNoStreams(connection: NatsConnection): Promise<string | undefined> {
  try {
    await jetstreamManager(connection);
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}
