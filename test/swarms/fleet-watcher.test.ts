// A watcher of a fleet as a process of the real program, before a real bus that lets it do no more than it needs: what it sees arrives redacted,
// and neither its death nor an outage of the bus loses a state.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { connect as connectTo, createServer } from 'node:net';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openBuckets } from '../../src/fleet/buckets.ts';
import { decodePresence } from '../../src/fleet/gateway-presence.ts';
import { decodeFinding } from '../../src/fleet/told-finding.ts';
import { RecordInbox } from '../../src/fleet/record-inbox.ts';
import { turnOf, type TurnRecord } from '../../src/fleet/turn-record.ts';
import { openTurnStream, TURN_STREAM } from '../../src/fleet/turn-stream.ts';
import { MAIN } from '../integration/cli-process.ts';
import { createRig, type Rig, type Watcher } from '../integration/harness.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { until } from '../support/until.ts';
import { NatsServer } from './nats-server.ts';

const GATEWAY = 'web-1';
const TOKEN = ['xoxb', '2401234567', '2412345678901', 'aBcDeFgHiJkLmNoPqRsTuVwX'].join('-');

/** Each part may do what it needs, and no more. */
const RIGHTS = `
  authorization {
    users = [
      { user: publisher, password: p }
      { user: ${GATEWAY}, password: w, permissions: {
          publish: ["ls.turn.main.${GATEWAY}.>", "$KV.LS_GATEWAYS.${GATEWAY}", "$KV.LS_FINDINGS.${GATEWAY}.>"]
          subscribe: ["_INBOX.${GATEWAY}.>"] } }
    ]
  }`;

/** What a publisher knows by now, by box. */
class Reader {
  readonly recordByBox = new Map<string, TurnRecord>();
  readonly inbox = new RecordInbox({
    onRecord: (record) => void this.recordByBox.set(turnOf(record)?.boxId ?? '', record),
    onGone: ({ boxId }) => void this.recordByBox.delete(boxId),
  });

  static async on(connection: NatsConnection): Promise<Reader> {
    const reader = new Reader();
    onTestFinished(() => reader.inbox.stop());
    await reader.inbox.start(connection, 'main');
    await reader.inbox.caughtUp;
    return reader;
  }

  get texts(): string {
    return JSON.stringify([...this.recordByBox.values()]);
  }

  async knows(words: string): Promise<void> {
    await until(`the bus knows "${words}"`, () => this.texts.includes(words), { detail: () => this.texts });
  }
}

interface Fleet {
  rig: Rig;
  userFile: string;
  server: NatsServer;
  publisher(): Promise<NatsConnection>;
  watcher(): Promise<Watcher>;
}

async function fleet(): Promise<Fleet> {
  const server = await NatsServer.start(RIGHTS);
  const rig = await createRig();
  onTestFinished(() => rig.close());
  const userFile = join(rig.folder, 'user');
  writeFileSync(userFile, `${GATEWAY}:w\n`, { mode: 0o600 });
  const env = { ROLE: 'watcher', FLEET_URL: server.url, FLEET_USER_FILE: userFile, GATEWAY_ID: GATEWAY, MM_URL: '', MM_TOKEN: '' };
  return {
    rig,
    server,
    userFile,
    publisher: () => server.connect({ user: 'publisher', pass: 'p' }),
    watcher: async () => (await rig.watcher(env)).says('The watcher runs'),
  };
}

async function openStreams(connection: NatsConnection): Promise<void> {
  await openTurnStream(connection);
  await openBuckets(connection);
}

const CHANNEL = `agent:main:mattermost:channel:${SAMPLE.publicId}`;

/** A turn that runs, in a channel. */
function begin({ writer }: Rig, id: string): void {
  writer.session(`${CHANNEL}:thread:${id}`, { sessionId: id });
  writer.lock(id);
  writer.user(id, `please look at ${id}`);
  writer.assistant(id, `step 0 of ${id}`, [{ id: `call-${id}`, name: 'exec', arguments: { command: 'make' } }]);
}

function goOn({ writer }: Rig, id: string, step: number): void {
  writer.assistant(id, `step ${step} of ${id}`, [{ id: `call-${step}-${id}`, name: 'exec', arguments: { command: 'make' } }]);
}

function end({ writer }: Rig, id: string): void {
  writer.assistant(id, `the end of ${id}`);
  writer.unlock(id);
}

const outcomeOf = (record: TurnRecord | undefined): string | undefined => (record === undefined ? undefined : turnOf(record)?.end?.outcome);

describe('a watcher of a fleet', () => {
  it('sends every turn, redacted, with no more rights than its own subjects, and posts nothing', async () => {
    const { rig, publisher, watcher } = await fleet();
    const connection = await publisher();
    await openStreams(connection);
    const reader = await Reader.on(connection);
    const one = await watcher();
    begin(rig, 's1');
    begin(rig, 's2');
    rig.writer.assistant('s1', `the key is ${TOKEN}`, [
      { id: 'c2', name: 'exec', arguments: { command: `curl -H "Authorization: ${TOKEN}"` } },
    ]);
    await reader.knows('the key is');
    await reader.knows('step 0 of s2');
    end(rig, 's2');
    await reader.knows('the end of s2');
    expect(reader.recordByBox.size).toBe(2);
    expect(reader.texts).not.toContain(TOKEN);
    expect([...reader.recordByBox.values()].every(({ gateway }) => gateway === GATEWAY)).toBe(true);
    expect(one.output).not.toContain(TOKEN);
    expect(one.output).not.toContain('takes no records');
    expect(rig.standIn.posts()).toEqual([]);
  });

  it('says that it is there every few seconds, and at its end that somebody stopped it and that nobody watches its turns', async () => {
    const { rig, publisher, watcher } = await fleet();
    const connection = await publisher();
    await openStreams(connection);
    const reader = await Reader.on(connection);
    const presence = await (await new Kvm(connection).open('LS_GATEWAYS')).watch();
    const said: (ReturnType<typeof decodePresence> | undefined)[] = [];
    void (async () => {
      for await (const entry of presence) if (entry.key === GATEWAY) said.push(decodePresence(entry.string()));
    })();
    const one = await watcher();
    begin(rig, 's1');
    await until('it says twice that it is there', () => said.filter((each) => each?.boxes === 1).length >= 2);
    expect(said.at(-1)).toMatchObject({ boxes: 1, waiting: 0 });
    expect(await one.stop('SIGTERM')).toBe(0);
    await until('it says that it was stopped', () => said.at(-1)?.stopped === true);
    const [record] = reader.recordByBox.values();
    expect(record === undefined ? undefined : turnOf(record)?.interruptedAt).toBeGreaterThan(0);
  });

  it('tells what its coordinator found, redacted, in the record of the box and for the operators', async () => {
    const { rig, publisher, watcher } = await fleet();
    const connection = await publisher();
    await openStreams(connection);
    const reader = await Reader.on(connection);
    await watcher();
    begin(rig, 's1');
    const command = `git push --force https://x:${TOKEN}@git.example.org/r.git main`;
    rig.writer.assistant('s1', 'push', [{ id: 'c9', name: 'exec', arguments: { command } }]);
    rig.writer.result('s1', 'c9', 0);
    await until('the record has the violation', () => [...reader.recordByBox.values()].some(({ marks }) => marks.violations?.length === 1));
    const findings = await new Kvm(connection).open('LS_FINDINGS');
    const told: string[] = [];
    for await (const entry of await findings.watch()) {
      if (entry.key.startsWith(`${GATEWAY}.`)) told.push(entry.string());
      if (told.length > 0) break;
    }
    const finding = decodeFinding(told[0] ?? '');
    expect(finding).toMatchObject({ place: { channelId: SAMPLE.publicId } });
    expect(finding?.text).toMatch(/^Violation \(force-push\): /);
    expect(told.join()).not.toContain(TOKEN);
    expect(finding?.text).not.toContain('@');
  });

  it('loses nothing and doubles nothing when it is killed, whatever happened meanwhile', async () => {
    const { rig, publisher, watcher } = await fleet();
    const connection = await publisher();
    await openStreams(connection);
    const reader = await Reader.on(connection);
    const one = await watcher();
    for (const id of ['s1', 's2', 's3']) begin(rig, id);
    for (const id of ['s1', 's2', 's3']) await reader.knows(`step 0 of ${id}`);
    await one.stop('SIGKILL');
    goOn(rig, 's1', 1);
    end(rig, 's2');
    begin(rig, 's4');
    await watcher();
    await reader.knows('step 1 of s1');
    await reader.knows('the end of s2');
    await reader.knows('step 0 of s4');
    await until('the end of s2 is told', () => [...reader.recordByBox.values()].filter((each) => outcomeOf(each) === 'done').length === 1);
    expect(reader.recordByBox.size).toBe(4);
    const steps = reader.texts.match(/step 0 of s1/g);
    expect(steps).toHaveLength(1);
  });

  it('keeps the newest state of each box while the bus is away, says so, and all are equal once it is back', async () => {
    const { rig, server, publisher, watcher } = await fleet();
    await openStreams(await publisher());
    const one = await watcher();
    const ids = Array.from({ length: 20 }, (_, index) => `s${index}`);
    for (const id of ids) begin(rig, id);
    const before = await Reader.on(await publisher());
    for (const id of ids) await before.knows(`step 0 of ${id}`);
    await server.stop();
    await one.says('The bus of the fleet is not reached');
    for (const step of [1, 2, 3]) for (const id of ids) goOn(rig, id, step);
    end(rig, 's7');
    await one.says('the newest state of each box is kept');
    await until('health says that all of them wait', async () =>
      /no bus answers at nats:.*the newest state of 20 boxes waits/.test((await one.health()).reason),
    );
    const away = await one.health();
    expect(away).toMatchObject({ status: 'degraded', bus: { state: 'away', told: 20 } });
    expect(away).not.toHaveProperty('notReady');
    expect(await metricsOf(one)).toContain('live_status_bus_boxes{state="waiting"} 20\n');
    expect(await cli(['status'], one.env)).toMatch(
      /Watcher of a fleet: the bus is away: .*; 20 boxes are told, 20 of them wait for the bus\./,
    );
    expect(await cli(['top', '--once'], one.env)).toMatch(/Bus +away; 20 told, 20 waiting; no bus answers/);
    expect(await cli(['doctor'], one.env)).toMatch(/FAIL +fleet +no bus answers at nats:.*start nats-server there, or correct FLEET_URL/);
    await server.begin();
    await one.says('The bus of the fleet is reached again.');
    await until('health says that all is told', async () => (await one.health()).bus?.waiting === 0);
    const back = await one.health();
    expect(back).toMatchObject({ status: 'ok', reason: 'every source is read and the bus of the fleet takes what is seen' });
    expect(back.sessions[0]).toMatchObject({ why: 'a publisher of the fleet writes its box' });
    const metrics = await metricsOf(one);
    expect(metrics).toContain('live_status_bus{state="reached"} 1\n');
    expect(metrics).toContain('live_status_bus_boxes{state="told"} 20\n');
    expect(await cli(['doctor'], one.env)).toMatch(/OK +fleet +watcher at the bus nats:.*, nats-server 2\./);
    const after = await Reader.on(await publisher());
    for (const id of ids) await after.knows(`step 3 of ${id}`);
    await after.knows('the end of s7');
    expect(after.recordByBox.size).toBe(20);
    const manager = await jetstreamManager(await publisher());
    expect((await manager.streams.info(TURN_STREAM)).state.messages).toBe(20);
  });

  it('waits for a bus that keeps nothing yet, and tells everything anew to one that has lost it all', async () => {
    const { rig, server, publisher, watcher } = await fleet();
    const one = await watcher();
    begin(rig, 's1');
    await one.says('nobody keeps what is sent');
    await openStreams(await publisher());
    await (await Reader.on(await publisher())).knows('step 0 of s1');
    await server.stop();
    rmSync(join(server.folder, 'js'), { recursive: true });
    await server.begin();
    await openStreams(await publisher());
    const after = await Reader.on(await publisher());
    await after.knows('step 0 of s1');
    expect(after.recordByBox.size).toBe(1);
  });

  it('stops in good order though the bus hangs, says what the bus does not have, and tells it at its next start', async () => {
    const { rig, server, publisher, watcher } = await fleet();
    await openStreams(await publisher());
    const one = await watcher();
    begin(rig, 's1');
    await (await Reader.on(await publisher())).knows('step 0 of s1');
    server.pause();
    goOn(rig, 's1', 1);
    await until('it waits for the bus', async () => (await one.health()).bus?.waiting === 1);
    expect(await one.stop('SIGTERM')).toBe(0);
    expect(one.output).toContain('The bus does not have the last state of some boxes; the next start tells them.');
    server.resume();
    await watcher();
    await (await Reader.on(await publisher())).knows('step 1 of s1');
  });

  it('refuses a server before 2.11 with the cure, and goes on trying', async () => {
    const { rig, server, userFile } = await fleet();
    const old = await serveAsOlder(server, '2.9.10');
    const env = { ROLE: 'watcher', FLEET_URL: old, FLEET_USER_FILE: userFile, GATEWAY_ID: GATEWAY, MM_URL: '', MM_TOKEN: '' };
    const one = await rig.watcher(env);
    await one.says('the nats-server is 2.9.10; a fleet needs 2.11 or newer: replace it by the release of nats-io/nats-server');
    expect(one.isRunning).toBe(true);
    const { reason, notReady } = await one.health();
    expect(reason).toContain('a fleet needs 2.11 or newer');
    expect(notReady).toContain('the bus of the fleet has not been reached yet');
    expect(await cli(['doctor'], one.env)).toMatch(/FAIL +fleet +the nats-server is 2\.9\.10; a fleet needs 2\.11 or newer/);
  });
});

async function metricsOf({ healthUrl }: Watcher): Promise<string> {
  return (await fetch(healthUrl.replace('/health', '/metrics'))).text();
}

/** What the command prints. */
async function cli(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const run = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [run.stdout, run.stderr]) stream.on('data', (piece: Buffer) => (said += piece.toString()));
  await once(run, 'close');
  return said;
}

/** The real server, which says to be another one. */
async function serveAsOlder(server: NatsServer, version: string): Promise<string> {
  const proxy = createServer((client) => {
    const upstream = connectTo(Number(new URL(server.url).port), '127.0.0.1');
    upstream.on('data', (bytes: Buffer) =>
      client.write(bytes.toString('latin1').replace(/"version":"[^"]*"/, `"version":"${version}"`), 'latin1'),
    );
    client.pipe(upstream);
    for (const socket of [client, upstream]) socket.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  const address = proxy.address();
  return `nats://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}
