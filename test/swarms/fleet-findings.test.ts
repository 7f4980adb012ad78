// The findings of watchers over a real nats-server, as far as they wait for whoever posts them.

import { Kvm } from '@nats-io/kv';
import { expect, it, onTestFinished } from 'vitest';
import { FINDINGS_BUCKET, openBuckets } from '../../src/fleet/buckets.ts';
import { FindingInbox } from '../../src/fleet/finding-inbox.ts';
import { encodeFinding } from '../../src/fleet/told-finding.ts';
import { until } from '../support/until.ts';
import { NatsServer } from './nats-server.ts';

it('a gateway that tells thousands of findings takes no place of the others', async () => {
  const connection = await (await NatsServer.start()).connect();
  await openBuckets(connection);
  const kv = await new Kvm(connection).open(FINDINGS_BUCKET);
  const tell = (gateway: string, id: string): Promise<number> => kv.put(`${gateway}.${id}`, encodeFinding({ id, at: 1, text: 'found' }));
  const inbox = new FindingInbox(connection, () => undefined);
  await inbox.start();
  onTestFinished(() => inbox.stop());
  for (let n = 0; n < 1_200; n += 1) await tell('web-1', `f${n}`);
  await tell('web-2', 'one');
  await until('that of the other one waits', () => inbox.waiting.some(({ gateway }) => gateway === 'web-2'), { timeoutMs: 30_000 });
  expect(inbox.waiting.length).toBeLessThan(100);
});
