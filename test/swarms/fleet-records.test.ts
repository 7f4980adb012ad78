// Records of turns over a real nats-server: from the watchers of several gateways to who draws them.

import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Logger } from '../../src/core/log.ts';
import { BusLink } from '../../src/fleet/bus-link.ts';
import { busSender } from '../../src/fleet/bus-sender.ts';
import { RecordInbox } from '../../src/fleet/record-inbox.ts';
import { RecordOutbox } from '../../src/fleet/record-outbox.ts';
import { openTurnStream, TURN_STREAM, turnSubject } from '../../src/fleet/turn-stream.ts';
import type { TurnRecord } from '../../src/fleet/turn-record.ts';
import { systemClock } from '../../src/process/system-clock.ts';
import { until } from '../support/until.ts';
import { recordNamed } from '../unit/fleet/named-records.ts';
import { NatsServer } from './nats-server.ts';

const CHAT = 'chat1';

/** A watcher as far as the bus sees it: it says of each box at which step it is. */
class Watcher {
  readonly said: string[] = [];
  readonly link: BusLink;
  readonly outbox: RecordOutbox;
  readonly #gateway: string;

  constructor(server: NatsServer, gateway: string, options: NodeConnectionOptions = {}) {
    this.#gateway = gateway;
    const note = (_: object, text: string): void => void this.said.push(text);
    const log: Logger = { debug: note, info: note, warn: note, error: note };
    const connectTo = (): Promise<NatsConnection> => connect({ servers: server.url, reconnect: false, ...options });
    this.link = new BusLink({ clock: systemClock, log, connect: connectTo, onConnected: async () => undefined });
    const send = busSender({ connection: () => this.link.connection, server: CHAT, gateway, now: Date.now });
    this.outbox = new RecordOutbox({ clock: systemClock, log, send });
    this.link.start();
    onTestFinished(async () => {
      await this.link.stop();
      await this.outbox.stop();
    });
  }

  says(boxId: string, step: string): void {
    this.outbox.put(boxId, (seq) => recordNamed({ gateway: this.#gateway, boxId, epoch: 1, seq, title: step }));
  }

  async sent(): Promise<void> {
    await until('all is on the bus', () => this.outbox.waiting === 0, { detail: () => this.said.join('\n') });
  }
}

/** What a publisher has by now, by `gateway/box`. */
class Reader {
  readonly titleByBox = new Map<string, string>();
  records = 0;
  readonly inbox: RecordInbox;

  private constructor() {
    const nameOf = ({ gateway, sessions: [{ turns }] }: TurnRecord): string => `${gateway}/${turns[0]?.boxId}`;
    this.inbox = new RecordInbox({
      onRecord: (record) => {
        this.records += 1;
        this.titleByBox.set(nameOf(record), record.sessions[0].title ?? '');
      },
      onGone: ({ gateway, boxId }) => void this.titleByBox.delete(`${gateway}/${boxId}`),
    });
  }

  static async on(connection: NatsConnection): Promise<Reader> {
    const reader = new Reader();
    onTestFinished(() => reader.inbox.stop());
    await reader.inbox.start(connection, CHAT);
    await reader.inbox.caughtUp;
    return reader;
  }
}

async function fleet(config = ''): Promise<{ server: NatsServer; publisher: NatsConnection }> {
  const server = await NatsServer.start(config);
  const publisher = await server.connect();
  await openTurnStream(publisher);
  return { server, publisher };
}

describe('who comes later', () => {
  it('reads the newest record of each box of every gateway, and no other, and then what changes', async () => {
    const { server, publisher } = await fleet();
    const watchers = [new Watcher(server, 'web-1'), new Watcher(server, 'web-2')];
    for (let step = 1; step <= 20; step += 1)
      for (let box = 0; box < 50; box += 1) for (const watcher of watchers) watcher.says(`box-${box}`, `step ${step}`);
    for (const watcher of watchers) await watcher.sent();
    const reader = await Reader.on(publisher);
    expect(reader.records).toBe(100);
    expect(new Set(reader.titleByBox.values())).toEqual(new Set(['step 20']));
    watchers[0]?.says('box-7', 'step 21');
    await until('the change arrives', () => reader.titleByBox.get('web-1/box-7') === 'step 21');
    expect(reader.titleByBox.get('web-2/box-7')).toBe('step 20');
  });

  it('finds a box no more that its watcher has forgotten, and whoever was there loses it', async () => {
    const { server, publisher } = await fleet();
    const watcher = new Watcher(server, 'web-1');
    const early = await Reader.on(publisher);
    watcher.says('old', 'done');
    watcher.says('new', 'works');
    await until('both are there', () => early.titleByBox.size === 2);
    watcher.outbox.forget('old');
    await until('it is gone', () => early.titleByBox.size === 1);
    const late = await Reader.on(publisher);
    expect([...late.titleByBox.keys()]).toEqual(['web-1/new']);
  });

  it('counts what is no record and what speaks for others, and goes on', async () => {
    const { server, publisher } = await fleet();
    const reader = await Reader.on(publisher);
    const subject = (boxId: string): string => turnSubject(CHAT, { gateway: 'web-1', boxId });
    const bytes = (value: unknown): string => JSON.stringify(value);
    publisher.publish(subject('a'), 'garbage');
    publisher.publish(subject('b'), bytes({ v: 9 }));
    publisher.publish(subject('c'), bytes({ v: 1, gateway: 'web-1' }));
    publisher.publish(subject('d'), bytes(recordNamed({ gateway: 'web-2', boxId: 'd', epoch: 1, seq: 1, title: 'forged' })));
    publisher.publish(subject('e'), bytes(recordNamed({ gateway: 'web-1', boxId: 'e', epoch: 2, seq: 1, title: 'newer' })));
    await until('the newer one arrives', () => reader.titleByBox.has('web-1/e')); // else it is replaced before anybody reads it
    publisher.publish(subject('e'), bytes(recordNamed({ gateway: 'web-1', boxId: 'e', epoch: 1, seq: 9, title: 'older' })));
    publisher.publish(`ls.turn.${CHAT}.-odd-.a`, bytes({}));
    new Watcher(server, 'web-1').says('good', 'works');
    await until('the good one arrives', () => reader.titleByBox.has('web-1/good'));
    expect(reader.inbox.leftOut).toEqual({ no_json: 1, version: 1, malformed: 1, foreign: 1, older: 1, subject: 1 });
    expect([...reader.titleByBox]).toEqual([
      ['web-1/e', 'newer'],
      ['web-1/good', 'works'],
    ]);
  });
});

describe('a gateway that tells boxes without end', () => {
  it('takes no place of the others', async () => {
    const { server, publisher } = await fleet();
    const greedy = new Watcher(server, 'web-1');
    for (let box = 0; box < 2_100; box += 1) greedy.says(`box-${box}`, 'works');
    await greedy.sent();
    const modest = new Watcher(server, 'web-2');
    modest.says('box', 'works');
    await modest.sent();
    const reader = await Reader.on(publisher);
    expect(reader.titleByBox.size).toBe(2_001);
    expect(reader.titleByBox.has('web-2/box')).toBe(true);
    expect(reader.inbox.leftOut).toEqual({ too_many: 100 });
    const all = Array.from({ length: 2_100 }, (_, box) => `box-${box}`);
    const isKnown = (box: string): boolean => reader.titleByBox.has(`web-1/${box}`);
    const [inside, outside] = [all.find(isKnown) ?? '', all.find((box) => !isKnown(box)) ?? ''];
    greedy.outbox.forget(inside);
    await until('one is gone', () => !isKnown(inside));
    greedy.says(outside, 'works on');
    await until('another one has its place', () => isKnown(outside));
  });
});

describe('the bus away', () => {
  it('costs no state: each box is equal again once it is back, from one record each, and the watcher says so', async () => {
    const { server } = await fleet();
    const watcher = new Watcher(server, 'web-1');
    await until('the bus is reached', () => watcher.link.because === undefined);
    for (let box = 0; box < 200; box += 1) watcher.says(`box-${box}`, 'before');
    await watcher.sent();
    await server.stop();
    await until('it is noticed', () => watcher.link.because !== undefined);
    for (let step = 0; step < 50; step += 1) for (let box = 0; box < 200; box += 1) watcher.says(`box-${box}`, `step ${step}`);
    expect(watcher.outbox.waiting).toBe(200);
    await server.begin();
    await watcher.sent();
    const reader = await Reader.on(await server.connect());
    expect(reader.titleByBox.size).toBe(200);
    expect(new Set(reader.titleByBox.values())).toEqual(new Set(['step 49']));
    const manager = await jetstreamManager(await server.connect());
    expect((await manager.streams.info(TURN_STREAM)).state).toMatchObject({ messages: 200 });
    expect(watcher.said.filter((text) => text.includes('takes no records'))).toHaveLength(1);
    expect(watcher.said).toContain('The bus of the fleet takes records again.');
    expect(watcher.said).toContain('The bus of the fleet is reached again.');
  });
});

describe('the rights of a watcher', () => {
  const RIGHTS = `
    authorization {
      users = [
        { user: publisher, password: p }
        { user: web-1, password: w, permissions: { publish: ["ls.turn.*.web-1.*"], subscribe: ["_INBOX.>"] } }
      ]
    }`;

  it('are enough for its own records, and for none of another gateway', async () => {
    const server = await NatsServer.start(RIGHTS);
    const publisher = await server.connect({ user: 'publisher', pass: 'p' });
    await openTurnStream(publisher);
    const reader = await Reader.on(publisher);
    const rights = { user: 'web-1', pass: 'w' };
    const forger = new Watcher(server, 'web-2', rights);
    forger.says('box', 'forged');
    const honest = new Watcher(server, 'web-1', rights);
    honest.says('box', 'works');
    await honest.sent();
    await until('the forger was refused', () => forger.said.some((text) => text.includes('takes no records')));
    expect([...reader.titleByBox]).toEqual([['web-1/box', 'works']]);
    expect(forger.outbox.waiting).toBe(1);
  });
});
