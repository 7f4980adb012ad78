// The watcher as a process before a real bus that asks for a token: boxes where ROUTES sends them, nothing without a rule, no secret anywhere.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { createRig } from '../integration/harness.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { recordedMessages, RECORDED_UNTIL, type RecordedMessage } from '../unit/sources/mesh/recorded-mesh.ts';
import { Coordinator } from './coordinator.ts';
import { NatsServer } from './nats-server.ts';

const CANARY = 'canary-7Zk3vQ9x1mW5tR8y'; // the token of the bus
const WORKING_MS = 4_000; // longer than a box waits before it opens
const INSTANT = /2026-11-21T\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** The recorded messages, as if the last of them came now. */
function messagesNow(): RecordedMessage[] {
  const byMs = Date.now() - RECORDED_UNTIL;
  const later = (at: string): string => new Date(Date.parse(at) + byMs).toISOString();
  return recordedMessages().map((message) => JSON.parse(JSON.stringify(message).replaceAll(INSTANT, later)) as RecordedMessage);
}

async function rigWithBus() {
  const server = await NatsServer.start(`authorization { token: "${CANARY}" }`);
  const coordinator = await Coordinator.on(await server.connect({ token: CANARY }));
  const tokenFile = join(tempFolder('bus'), 'token');
  writeFileSync(tokenFile, CANARY, { mode: 0o600 });
  const rig = await createRig();
  onTestFinished(() => rig.close());
  return { rig, coordinator, env: { MESH_NATS_URL: server.url, MESH_NATS_TOKEN_FILE: tokenFile } };
}

it('without a rule nothing is posted, and health says which rule would show it', async () => {
  const { rig, coordinator, env } = await rigWithBus();
  const watcher = await (await rig.watcher(env)).ready();
  await coordinator.tellsAll(messagesNow());
  await sleep(WORKING_MS);
  expect(rig.standIn.posts().filter(({ message }) => message.includes('T-2026'))).toEqual([]);
  const health = JSON.stringify(await watcher.health());
  expect(health).toContain('mesh:task:T-20261121-040');
  expect(health).not.toContain(CANARY);
});

it('tasks, plans and collaborations are boxes where their rules say, and the token of the bus is nowhere', async () => {
  const { rig, coordinator, env } = await rigWithBus();
  const routes = ['mesh:task:T-20261121-00*', 'mesh:plan:*', 'mesh:collab:*'].map((pattern) => `${pattern}=${SAMPLE.publicId}`).join(', ');
  const watcher = await (await rig.watcher({ ...env, ROUTES: routes, OPEN_AFTER_MS: '0', MAX_ACTIVE_SESSIONS: '0' })).ready();
  await until('the bus is heard', async () => JSON.stringify(await watcher.health()).includes('"mesh"'));
  for (const message of messagesNow()) {
    await coordinator.tells(message);
    await sleep(5);
  }
  const text = (): string =>
    rig
      .boxes()
      .map(({ title, text: lines }) => `${title}\n${lines}`)
      .join('\n\n');
  const expected = [
    '[TIMEOUT] budget | T-20261121-007 node-b',
    '[RELEASED] T-20261121-008',
    '[ABORTED] plan team-feature status page',
    '[DONE] T-20261121-005 circling',
    '[ACTIVE] T-20261121-040 circling',
  ];
  await until('all boxes', () => expected.every((title) => text().includes(title)), { detail: text });
  await until('the failed subtask in the box of its plan', () => /Part: Implement[^]*\[ERROR\] metric failed/.test(text()), {
    detail: text,
  });
  expect(text()).not.toContain('T-20261121-023 node-d'); // no rule covers it
  expect(watcher.output + JSON.stringify(await watcher.health()) + JSON.stringify(rig.standIn.posts())).not.toContain(CANARY);
});
