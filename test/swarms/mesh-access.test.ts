// Who may read a bus: credentials by file, TLS, and what a server refuses is said with what helps. Everything is only read.

import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { credsAuthenticator } from '@nats-io/transport-node';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { certificates } from './certificates.ts';
import { Coordinator } from './coordinator.ts';
import { NatsServer } from './nats-server.ts';
import { operatorConfig } from './nats-accounts.ts';
import { WatchedMesh } from './watched-mesh.ts';

const TASK = { task_id: 'T-1', status: 'running', owner: 'node-a', created_at: '2026-11-21T01:50:00Z' };

function file(name: string, text: string): string {
  const path = join(tempFolder('access'), name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

async function expectShown(mesh: WatchedMesh): Promise<void> {
  await until('the task is shown', () => mesh.boxes().includes('[ACTIVE] T-1 node-a'), { detail: () => mesh.because() });
}

async function expectRefused(mesh: WatchedMesh, words: RegExp): Promise<void> {
  await until('it is refused', () => mesh.state() === 'unreadable');
  expect(mesh.because()).toMatch(words);
}

describe('a bus that asks who we are', () => {
  it('takes a token from a file, also one that is corrected later', async () => {
    const server = await NatsServer.start('authorization { token: "right-token" }');
    const coordinator = await Coordinator.on(await server.connect({ token: 'right-token' }));
    await coordinator.writes('MESH_TASKS', 'T-1', TASK);
    const tokenFile = file('token', 'wrong-token\n');
    const mesh = await WatchedMesh.start({ nats: { url: server.url, tokenFile } });
    await expectRefused(mesh, /refuses us.*MESH_NATS_CREDS, MESH_NATS_TOKEN_FILE or MESH_NATS_USER_FILE/);
    expect(JSON.stringify([mesh.source.health(), mesh.logged])).not.toMatch(/(?:right|wrong)-token/);
    writeFileSync(tokenFile, 'right-token\n');
    await expectShown(mesh);
  });

  it('takes user and password from a file', async () => {
    const server = await NatsServer.start('authorization { user: watcher, password: "a:b c" }');
    const coordinator = await Coordinator.on(await server.connect({ user: 'watcher', pass: 'a:b c' }));
    await coordinator.writes('MESH_TASKS', 'T-1', TASK);
    await expectShown(await WatchedMesh.start({ nats: { url: server.url, userFile: file('user', 'watcher:a:b c\n') } }));
    await expectRefused(await WatchedMesh.start({ nats: { url: server.url } }), /refuses us/);
  });

  it('takes the proof of a .creds file', async () => {
    const { config, creds, wrongCreds } = operatorConfig();
    const server = await NatsServer.start(config);
    const coordinator = await Coordinator.on(await server.connect({ authenticator: credsAuthenticator(Buffer.from(creds)) }));
    await coordinator.writes('MESH_TASKS', 'T-1', TASK);
    await expectShown(await WatchedMesh.start({ nats: { url: server.url, credsFile: file('watcher.creds', creds) } }));
    await expectRefused(await WatchedMesh.start({ nats: { url: server.url, credsFile: file('wrong.creds', wrongCreds) } }), /refuses us/);
    const written = file('windows.creds', creds.trimEnd().replaceAll('\n', '\r\n')); // an editor did that
    await expectShown(await WatchedMesh.start({ nats: { url: server.url, credsFile: written } }));
    const other = file('no.creds', 'just-a-token\n');
    await expectRefused(
      await WatchedMesh.start({ nats: { url: server.url, credsFile: other } }),
      /^MESH_NATS_CREDS names a file that is no/,
    );
  });

  it('a file that is gone is named, and read when it is back', async () => {
    const server = await NatsServer.start('authorization { token: "t" }');
    const coordinator = await Coordinator.on(await server.connect({ token: 't' }));
    await coordinator.writes('MESH_TASKS', 'T-1', TASK);
    const tokenFile = join(tempFolder('access'), 'later');
    const mesh = await WatchedMesh.start({ nats: { url: server.url, tokenFile } });
    await expectRefused(mesh, /^MESH_NATS_TOKEN_FILE names a file that cannot be read/);
    execFileSync('mkfifo', [tokenFile]); // whoever waits for its writer stands still
    await until('it is refused', () => mesh.because().startsWith('MESH_NATS_TOKEN_FILE names a file that is not a regular one'));
    rmSync(tokenFile);
    writeFileSync(tokenFile, 't');
    await expectShown(mesh);
  });
});

describe('a bus with TLS', () => {
  it('is read with its certificates and ours; without them it is said what is missing', async () => {
    const at = certificates('server', 'client');
    const lines = `tls { cert_file: "${at('server.pem')}", key_file: "${at('server.key')}", ca_file: "${at('ca.pem')}", verify: true }`;
    const server = await NatsServer.start(lines);
    const tls = { caFile: at('ca.pem'), certFile: at('client.pem'), keyFile: at('client.key') };
    const there = {
      ca: readFileSync(at('ca.pem'), 'utf8'),
      cert: readFileSync(at('client.pem'), 'utf8'),
      key: readFileSync(at('client.key'), 'utf8'),
      host: '127.0.0.1',
    };
    const coordinator = await Coordinator.on(await server.connect({ tls: there }));
    await coordinator.writes('MESH_TASKS', 'T-1', TASK);
    await expectShown(await WatchedMesh.start({ nats: { url: server.url, ...tls } }));
    await expectRefused(await WatchedMesh.start({ nats: { url: server.url } }), /do not trust each other.*MESH_NATS_CA_FILE/);
  });
});

describe('a user who may not read everything', () => {
  const limited = (allow: string): string => `
    accounts { MESH { jetstream: enabled, users: [
      { user: all, password: all }
      { user: watcher, password: w, permissions: { publish: { allow: ["$JS.API.STREAM.INFO.>", "$JS.API.CONSUMER.>", "$JS.API.STREAM.NAMES", "$JS.FC.>"] }, subscribe: { allow: [${allow}] } } }
    ] } }`;

  it('reads the buckets without leave for events, and writes and publishes nothing', async () => {
    const server = await NatsServer.start(limited('"_INBOX.>"'));
    const coordinator = await Coordinator.on(await server.connect({ user: 'all', pass: 'all' }));
    await coordinator.writes('MESH_TASKS', 'T-1', TASK);
    const mesh = await WatchedMesh.start({ nats: { url: server.url, userFile: file('user', 'watcher:w') } });
    await expectShown(mesh);
    await until('it is said', () => mesh.state() === 'impaired', { detail: () => JSON.stringify(mesh.source.health()) });
    expect(mesh.because()).toContain('we may not subscribe to mesh.events.>');
    expect(mesh.because()).toContain('let the user of MESH_NATS_URL read them');
  });
});

it('nothing of the mesh is published or written, whatever happens', async () => {
  const server = await NatsServer.start();
  const connection = await server.connect();
  const coordinator = await Coordinator.on(connection);
  const heard: string[] = [];
  connection.subscribe('>', { callback: (_error, { subject }) => void heard.push(subject) });
  await connection.flush();
  const mesh = await WatchedMesh.start({ nats: { url: server.url }, tickMs: 50 });
  await mesh.heard();
  await coordinator.writes('MESH_TASKS', 'T-1', TASK);
  await expectShown(mesh);
  await mesh.source.stop();
  const foreign = heard.filter(
    (subject) =>
      !/^(?:\$JS\.API\.(?:STREAM\.(?:INFO|NAMES|LIST)|CONSUMER\.(?:CREATE|INFO|DELETE|MSG\.NEXT)|INFO)|_INBOX\.|\$KV\.MESH_TASKS\.T-1|\$JS\.(?:ACK|FC|EVENT)\.)/.test(
        subject,
      ),
  );
  expect(foreign).toEqual([]);
  expect(heard.filter((subject) => subject.startsWith('$KV.') && subject !== '$KV.MESH_TASKS.T-1')).toEqual([]);
});

it('a server that speaks another language is named, and does not end the watch', async () => {
  const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const address = other.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const mesh = await WatchedMesh.start({ nats: { url: `nats://127.0.0.1:${port}` } });
  await expectRefused(mesh, /correct MESH_NATS_URL/);
});
