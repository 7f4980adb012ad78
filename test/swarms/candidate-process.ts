// A publisher as far as the election sees it, as a process of its own: it writes a line with its wall clock each time it would send a request.
// Arguments: the address of the bus.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { Election } from '../../src/fleet/election.ts';
import { systemClock } from '../../src/process/system-clock.ts';

const REQUEST_EVERY_MS = 20;

const election = new Election({ clock: systemClock, instance: randomUUID(), server: 'chat1', onChange: () => undefined });
await election.start(await connect({ servers: process.argv[2] ?? '', reconnect: false }));
process.stdout.write('ready\n');
for (;;) {
  if (election.isActive()) process.stdout.write(`${Date.now()}\n`);
  await sleep(REQUEST_EVERY_MS);
}
