// N-24: notices of a node of kind block and error reach the operations channel, as other findings do.

import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createAlerts } from '../../../src/app/alerts.ts';
import { meshNotification } from '../../../src/coordinator/rules/mesh-notification.ts';
import type { PostDraft, Sink } from '../../../src/core/sink.ts';
import { createMeshSource } from '../../../src/sources/mesh/mesh-source.ts';
import { SILENT_PORTS } from '../../support/silent-ports.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { MESH_FIXTURES } from '../sources/mesh/recorded-mesh.ts';
import { startRig } from './coordinator-rig.ts';

const NOTICES = readFileSync(join(MESH_FIXTURES, 'notifications-ledger.jsonl'), 'utf8');
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function operationsChannel(): { sink: Sink; drafts: PostDraft[] } {
  const drafts: PostDraft[] = [];
  const create = async (draft: PostDraft): Promise<{ postId: string }> => ({ postId: `p${drafts.push(draft)}` });
  return { sink: { create, findOwn: async () => [] } as Partial<Sink> as Sink, drafts }; // alerts use no more of it
}

async function noticed(hasChannel: boolean) {
  const folder = join(tempFolder('notices'), 'workspace');
  mkdirSync(join(folder, 'notifications'), { recursive: true });
  const rig = await startRig(tempFolder('rig'), { rules: [meshNotification], operators: [], hasChannel });
  const emit = rig.apply;
  const source = createMeshSource({ ...SILENT_PORTS, clock: rig.clock, emit, folder, random: () => 0 });
  onTestFinished(() => source.stop());
  await source.start();
  const now = new Date(rig.clock.now()).toISOString();
  const recent = NOTICES.replaceAll(/"ts":"[^"]+"/g, `"ts":"${now}"`);
  const errors = recent
    .replaceAll('"kind":"block"', '"kind":"error"')
    .replaceAll(/"id":"./g, '"id":"0')
    .replaceAll('step block', 'step failed');
  appendFileSync(join(folder, 'notifications', 'ledger.jsonl'), recent + errors);
  await rig.clock.advance(2_000);
  await rig.pass(3);
  const { sink, drafts } = operationsChannel();
  const postAlert = createAlerts({ sink, log: quiet, connected: () => ({ userId: 'me', operationsChannelId: 'ops' }) });
  for (const alert of rig.alerts) await postAlert(alert);
  return { rig, drafts };
}

it('N-24 block and error are posts in the operations channel, each once; other kinds are none', async () => {
  const { rig, drafts } = await noticed(true);
  expect(drafts.map(({ target, message }) => [target, message])).toEqual([
    [{ channelId: 'ops' }, 'Violation (mesh-notification): `node-lead told its people of a block: plan step block`.'],
    [{ channelId: 'ops' }, 'Violation (mesh-notification): `node-lead told its people of an error: plan step failed`.'],
  ]);
  expect(rig.findings()).toHaveLength(2);
});

it('N-24 without an operations channel they are in the boxes of their node alone', async () => {
  const { rig, drafts } = await noticed(false);
  expect(drafts).toEqual([]);
  expect(rig.findings()).toHaveLength(2);
});
