// The findings of watchers over a real nats-server, as far as they wait for whoever posts them.

import { Kvm } from '@nats-io/kv';
import { expect, it, onTestFinished } from 'vitest';
import { ToldAlerts } from '../../src/app/told-alerts.ts';
import type { Alert } from '../../src/coordinator/operator-alerts.ts';
import { FINDINGS_BUCKET, openBuckets } from '../../src/fleet/buckets.ts';
import { FindingInbox } from '../../src/fleet/finding-inbox.ts';
import { encodeFinding } from '../../src/fleet/told-finding.ts';
import { systemClock } from '../../src/process/system-clock.ts';
import { until } from '../support/until.ts';
import { NatsServer } from './nats-server.ts';

const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

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

it('a machine that is broken into has no alert posted where it has no box, and its others are', async () => {
  const connection = await (await NatsServer.start()).connect();
  await openBuckets(connection);
  const kv = await new Kvm(connection).open(FINDINGS_BUCKET);
  const posted: Alert[] = [];
  const alerts = new ToldAlerts({
    clock: systemClock,
    log: QUIET,
    connection,
    redact: (text) => text,
    people: ['ops'],
    perHour: 20,
    isPlaceOf: (gateway, channelId) => gateway === 'web-1' && channelId === 'own',
    post: async (alert) => {
      posted.push(alert);
      return 'posted';
    },
  });
  const tell = (id: string, at: number, channelId: string): Promise<number> =>
    kv.put(`web-1.${id}`, encodeFinding({ id, at, text: id, place: { channelId } }));
  await tell('elsewhere', 1, 'townsquare');
  await tell('too-soon', Date.now(), 'townsquare');
  await tell('here', 1, 'own');
  await alerts.start();
  onTestFinished(() => alerts.stop());
  await until('the others are posted', () => posted.length > 0);
  await until('what is posted nowhere is done with', async () => (await kv.get('web-1.elsewhere'))?.operation !== 'PUT');
  expect(posted.map(({ place }) => place?.channelId)).toEqual(['own']);
  expect((await kv.get('web-1.too-soon'))?.operation).toBe('PUT'); // its box may come
});
