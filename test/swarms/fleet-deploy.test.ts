// The configuration of the bus in `deploy/`, with a real nats-server: what a watcher may do there, and nothing else.

import { readFileSync, writeFileSync } from 'node:fs';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node';
import { expect, it, onTestFinished } from 'vitest';
import { openTurnStream, turnSubject } from '../../src/fleet/turn-stream.ts';
import { until } from '../support/until.ts';
import { certificates } from './certificates.ts';
import { Fleet, type Place } from './fleet-rig.ts';
import { NatsServer } from './nats-server.ts';

const CONFIG = new URL('../../deploy/fleet-nats.conf', import.meta.url);
const GATEWAY = 'web-1';

/** The file as it is, but for the places of its files and the port of its health. */
function configIn(folder: string, at: (file: string) => string): string {
  return readFileSync(CONFIG, 'utf8')
    .replace('"/data"', `"${folder}/data"`)
    .replace('http: "127.0.0.1:8222"', '')
    .replace('"/run/secrets/bus-cert"', `"${at('bus.pem')}"`)
    .replace('"/run/secrets/bus-key"', `"${at('bus.key')}"`);
}

async function serve(): Promise<{ server: NatsServer; at: (file: string) => string }> {
  const at = certificates('bus');
  const server = await NatsServer.start({
    config: (folder) => configIn(folder, at),
    env: { PUBLISHER_PASSWORD: 'fake-of-the-publisher', WEB_1_PASSWORD: 'fake-of-web-1' },
  });
  return { server, at };
}

async function bus(): Promise<{ publisher: NatsConnection; watcher: NatsConnection; refused: string[] }> {
  const { server, at } = await serve();
  const tls = { ca: readFileSync(at('ca.pem'), 'utf8'), host: '127.0.0.1' };
  const as = (user: string, pass: string, more: NodeConnectionOptions = {}): Promise<NatsConnection> =>
    server.connect({ user, pass, tls, ...more });
  await expect(as(GATEWAY, 'wrong')).rejects.toThrow(/authorization/i);
  const publisher = await as('publisher', 'fake-of-the-publisher');
  await openTurnStream(publisher);
  for (const bucket of ['LS_POSTS', 'LS_GATEWAYS', 'LS_FINDINGS']) await new Kvm(publisher).create(bucket);
  const watcher = await as(GATEWAY, 'fake-of-web-1', { inboxPrefix: `_INBOX.${GATEWAY}` });
  const refused: string[] = [];
  void (async () => {
    for await (const status of watcher.status()) refused.push(JSON.stringify(status));
  })();
  return { publisher, watcher, refused };
}

it('a watcher publishes the records, the presence and the findings of its own gateway, and is answered', async () => {
  const { publisher, watcher } = await bus();
  const own = jetstream(watcher);
  await own.publish(turnSubject('main', { gateway: GATEWAY, boxId: 'b1' }), '{}');
  await own.publish(`$KV.LS_GATEWAYS.${GATEWAY}`, '{}');
  await own.publish(`$KV.LS_FINDINGS.${GATEWAY}.f1`, '{}');
  const { state } = await (await jetstreamManager(publisher)).streams.info('LS_TURNS');
  expect(state.messages).toBe(1);
});

it('a watcher says nothing for another gateway, touches no post, and reads nothing of the fleet', async () => {
  const { publisher, watcher, refused } = await bus();
  const heard: string[] = [];
  publisher.subscribe('>', { callback: (_error, { subject }) => void heard.push(subject) });
  await publisher.flush();
  const forbidden = [
    turnSubject('main', { gateway: 'web-2', boxId: 'b1' }),
    turnSubject('other', { gateway: GATEWAY, boxId: 'b1' }),
    '$KV.LS_GATEWAYS.web-2',
    '$KV.LS_FINDINGS.web-2.f1',
    '$KV.LS_POSTS.anything',
    'ls.beat.main',
    '$JS.API.STREAM.DELETE.LS_TURNS',
    '$JS.API.CONSUMER.CREATE.LS_TURNS',
    '$JS.API.STREAM.MSG.GET.LS_TURNS',
    '$JS.API.DIRECT.GET.KV_LS_POSTS',
    '_INBOX.anybody',
  ];
  for (const subject of forbidden) watcher.publish(subject, '{}');
  const unheard: string[] = [];
  for (const subject of ['ls.>', '$KV.>', '_INBOX.>', '_INBOX.web-2.>'])
    watcher.subscribe(subject, { callback: (error, message) => void (error === null && unheard.push(message.subject)) });
  await watcher.flush();
  publisher.publish('ls.turn.main.web-2.b2', '{}');
  publisher.publish('_INBOX.web-2.x', '{}');
  await publisher.flush();
  await watcher.flush();
  await until(
    'all is refused',
    () => forbidden.every((subject) => refused.some((status) => status.includes(JSON.stringify(subject).slice(1, -1)))),
    {
      detail: () => refused.join('\n'),
    },
  );
  expect(heard.filter((subject) => forbidden.includes(subject))).toEqual([]);
  expect(unheard).toEqual([]);
});

it('the real watcher and the real publisher need no more than these rights, by TLS', async () => {
  const { server, at } = await serve();
  const users = { publisher: 'publisher:fake-of-the-publisher', watcher: `${GATEWAY}:fake-of-web-1` };
  for (const [role, user] of Object.entries(users)) writeFileSync(at(`${role}-user`), user, { mode: 0o600 });
  const fleet = await Fleet.start({
    url: server.url.replace('nats:', 'tls:'),
    server: 'main',
    gateways: 1,
    publishers: 1,
    agents: 2,
    envOf: (role) => ({
      FLEET_USER_FILE: at(`${role}-user`),
      FLEET_CA_FILE: at('ca.pem'),
      ...(role === 'watcher' ? { GATEWAY_ID: GATEWAY } : {}),
    }),
    atEnd: onTestFinished,
  });
  await fleet.run();
  const [agents] = fleet.agents;
  agents?.beginAll();
  await fleet.equal('all boxes are there');
  agents?.endAll();
  await fleet.saysEnds();
  expect(fleet.judge.broken).toEqual([]);
  expect(fleet.output).not.toMatch(/permission|violation|refuses/i);
});

it('a publisher and a watcher that do not trust the bus say which setting helps', async () => {
  const { server } = await serve();
  const fleet = await Fleet.start({
    url: server.url.replace('nats:', 'tls:'),
    gateways: 1,
    publishers: 1,
    agents: 0,
    atEnd: onTestFinished,
  });
  const processes = [fleet.begin(fleet.publishers[0] as Place, 'publisher'), fleet.begin(fleet.watchers[0] as Place, 'watcher')];
  for (const process of processes) await process.says('not trust each other');
  for (const { output } of processes) expect(output).toContain('FLEET_CA_FILE');
});
