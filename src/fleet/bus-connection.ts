// Connects to the bus of the fleet, and says in words for people why that does not work.

import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { connectionOptions, type NatsAccess } from '../nats/nats-access.ts';
import { refusalOf } from '../nats/nats-refusal.ts';

export async function connectToBus(access: NatsAccess, own: NodeConnectionOptions): Promise<NatsConnection> {
  try {
    return await connect({ ...connectionOptions(access), ...own });
  } catch (error) {
    throw new Error(refusalOf(error, access), { cause: error });
  }
}
