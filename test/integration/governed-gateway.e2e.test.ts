// Three agents in one thread, told by a gateway alone: who was skipped is in the box, in the ledger, and told the operator once.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { refusedLines } from '../unit/coordinator/ledger-recipe.ts';
import { ScriptedGateway } from '../unit/sources/openclaw/gateway/scripted-gateway.ts';
import { GatewayAgent } from './gateway-agent.ts';
import { createRig, type Rig, type Watcher } from './harness.ts';
import { until } from '../support/until.ts';

let rig: Rig;
let gateway: ScriptedGateway;
let watcher: Watcher;
let rootId: string;

beforeEach(async () => {
  rig = await createRig();
  gateway = new ScriptedGateway();
  const asked = await fetch(`${rig.server.url}/api/v4/posts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SAMPLE.aliceToken}` },
    body: JSON.stringify({ channel_id: SAMPLE.publicId, message: 'please, all of you' }),
  });
  rootId = ((await asked.json()) as { id: string }).id;
  watcher = await rig.watcher({
    TRANSCRIPT_DIR: '',
    GATEWAY_URL: await gateway.listen(),
    GATEWAY_TOKEN: 'fake-gateway-token',
    AUDIT_LEDGER: join(rig.folder, 'audits', 'ledger.jsonl'),
    COORDINATOR_ROLES: 'main=primary,reviewer=secondary,auditor=observer',
    COORDINATOR_RULES: '!audit-before-response',
    OPERATORS: 'alice',
  });
  await watcher.ready();
  await until('it has subscribed', () => gateway.served.at(-1)?.requests.some(({ method }) => method === 'sessions.subscribe') === true);
});

afterEach(async () => {
  await rig.close();
  await gateway.close();
});

const posts = () => rig.standIn.posts().filter(({ user_id: userId }) => userId === SAMPLE.botId);
const boxes = (): string[] => posts().map(({ props }) => JSON.stringify(props['attachments'] ?? ''));
const notices = () => posts().filter(({ message }) => message.includes('@'));

function ledger(): { action: string; detail: string; outcome: string }[] {
  const path = join(rig.folder, 'audits', 'ledger.jsonl');
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  expect(refusedLines(text)).toEqual([]);
  const entries = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { action: string; detail: string; outcome: string });
  return entries.filter(({ action }) => action !== 'genesis');
}

/** A person asks the agent in the thread, and it answers. */
async function answer(agentId: string): Promise<void> {
  const agent = new GatewayAgent(() => gateway, `agent:${agentId}:mattermost:channel:${SAMPLE.publicId}:thread:${rootId}`);
  agent.asked();
  await sleep(200);
  agent.answered(`${agentId} has answered`);
  await until(`the box of ${agentId} is final`, () => boxes().some((box) => box.includes(`[DONE] ${agentId}`)), {
    detail: () => `${boxes().join('\n')}\n${watcher.output}`,
  });
  await sleep(3_000); // an answer is believed after two seconds
}

describe('the coordinator beside a gateway', () => {
  it('finds the skipped agent: a line in the box, a line in the ledger, one mention in the thread', async () => {
    await answer('main');
    expect(ledger()).toEqual([]);
    await answer('auditor');
    const told = '[VIOLATION] auditor (observer) answered although the secondary was expected';
    await until('the box tells it', () => boxes().some((box) => box.includes(told)));
    expect(boxes().find((box) => box.includes(told))).toMatch(/\[DONE\] auditor \| .*1 violation/);
    await until('the ledger tells it', () => ledger().length === 1);
    expect(ledger()[0]).toMatchObject({ action: 'sequence_violation', detail: expect.stringMatching(/^skipped/), outcome: 'logged' });
    await until('the operator is told', () => notices().length === 1);
    expect(notices()[0]).toMatchObject({
      root_id: rootId,
      type: 'custom_livestatus',
      message: expect.stringMatching(/^@alice Violation \(sequence\): /),
    });
    await answer('reviewer');
    await until('the late answer is in the ledger', () => ledger().length === 2);
    expect(ledger().map(({ detail }) => detail.split(' ')[0])).toEqual(['skipped', 'late']);
    await sleep(1_000);
    expect(notices()).toHaveLength(1);
  });
});
