// The daemon as a process beside three agents in one thread: who was out of turn is in the box, in the ledger and told once.

import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { until } from '../support/until.ts';
import { refusedLines } from '../unit/coordinator/ledger-recipe.ts';
import { createRig, type Rig, type Watcher } from './harness.ts';
import { OpenClawWriter } from './openclaw-writer.ts';

let rig: Rig;
let daemon: Watcher;
let rootId: string;

async function start(): Promise<void> {
  daemon = await rig.watcher({
    GOVERNANCE_DIR: join(rig.folder, 'governance'),
    AUDIT_LEDGER: join(rig.folder, 'audits', 'ledger.jsonl'),
    COORDINATOR_ROLES: 'main=primary,reviewer=secondary,auditor=observer',
    COORDINATOR_RULES: '!audit-before-response',
    COORDINATOR_OPERATORS: 'alice',
  });
  await daemon.says('The watcher runs');
}

function kill(): Promise<unknown> {
  return daemon.stop('SIGKILL');
}

function seen(what: string, holds: () => boolean): Promise<void> {
  return until(what, holds, { detail: () => `${daemon.output}\n${boxes().join('\n')}` });
}

function posts() {
  return rig.standIn.posts().filter(({ user_id: userId }) => userId === SAMPLE.botId);
}

function boxes(): string[] {
  return posts().map(({ props }) => JSON.stringify(props['attachments'] ?? ''));
}

const notices = () => posts().filter(({ message }) => message.includes('@'));

function findings(): string[] {
  const path = join(rig.folder, 'audits', 'ledger.jsonl');
  if (!existsSync(path)) return [];
  expect(refusedLines(readFileSync(path, 'utf8'))).toEqual([]);
  const entries = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { action: string; detail: string });
  return entries.filter(({ action }) => action !== 'genesis').map(({ action, detail }) => `${action} ${detail.split(' ')[0] ?? ''}`);
}

/** A person asks an agent in the thread, and it answers. */
async function answer(agentId: string): Promise<void> {
  const writer = new OpenClawWriter(join(rig.folder, 'agents'), agentId);
  const sessionId = randomUUID();
  writer.session(`agent:${agentId}:mattermost:channel:${SAMPLE.publicId}:thread:${rootId}`, { sessionId });
  const about = { message_id: randomUUID().replaceAll('-', '').slice(0, 26), sender_id: SAMPLE.aliceId };
  writer.user(sessionId, `Conversation info (untrusted metadata):\n\`\`\`json\n${JSON.stringify(about)}\n\`\`\`\n\nplease`);
  await sleep(500);
  writer.assistant(sessionId, `${agentId} has answered`);
  await seen(`the box of ${agentId} is final`, () => boxes().some((box) => box.includes(`[DONE] ${agentId}`)));
  await sleep(3_000); // an answer is believed after two seconds
}

beforeEach(async () => {
  rig = await createRig();
  mkdirSync(join(rig.folder, 'governance'));
  writeFileSync(join(rig.folder, 'governance', 'state.json'), JSON.stringify({ mode: 'research', posture: 'defense', role: 'primary' }));
  for (const agentId of ['main', 'reviewer', 'auditor']) mkdirSync(join(rig.folder, 'agents', agentId, 'sessions'), { recursive: true });
  const asked = await fetch(`${rig.server.url}/api/v4/posts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SAMPLE.aliceToken}` },
    body: JSON.stringify({ channel_id: SAMPLE.publicId, message: 'please, all of you' }),
  });
  rootId = ((await asked.json()) as { id: string }).id;
});

afterEach(() => rig.close());

describe('the coordinator in the daemon', () => {
  it('shows who was skipped, writes it down, tells the operator once, and goes on after a kill where it was', async () => {
    await start();
    await answer('main');
    await kill();
    await start();
    await answer('auditor');
    await seen('the finding is in the ledger', () => findings().length === 1);
    await seen('the operator is told', () => notices().length === 1);
    await seen('the box tells it', () =>
      boxes().some((box) => box.includes('[VIOLATION] auditor (observer) answered although the secondary was expected')),
    );
    expect(boxes().find((box) => box.includes('[VIOLATION]'))).toMatch(/\[DONE\] auditor \| .*research\/defense \| 1 violation/);
    expect(notices()[0]).toMatchObject({
      root_id: rootId,
      type: 'custom_livestatus',
      message: expect.stringMatching(/^@alice Violation \(sequence\): /),
    });

    await kill();
    await start();
    await answer('reviewer');
    await seen('the late answer is in the ledger', () => findings().length === 2);
    expect(findings()).toEqual(['sequence_violation skipped', 'sequence_violation late']);
    await sleep(1_000);
    expect(notices()).toHaveLength(1);
    expect(boxes().filter((box) => box.includes('[VIOLATION]'))).toHaveLength(1);
  });
});
