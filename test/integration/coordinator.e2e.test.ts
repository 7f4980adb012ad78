// The daemon as a process beside three agents in one thread: who was out of turn is in the box, in the ledger and told once.

import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE, sampleSeed } from '../../src/stand-in/sample-seed.ts';
import { type StandInServer, serveStandIn } from '../../src/stand-in/server.ts';
import { createStandIn, type StandIn } from '../../src/stand-in/stand-in.ts';
import { refusedLines } from '../unit/coordinator/ledger-recipe.ts';
import { type Cli, cli, MAIN, scratch } from './cli-process.ts';
import { OpenClawWriter } from './openclaw-writer.ts';

const ROLES = 'main=primary,reviewer=secondary,auditor=observer';

let folder: string;
let standIn: StandIn;
let server: StandInServer;
let daemon: Cli;
let rootId: string;

async function start(extra: NodeJS.ProcessEnv = {}): Promise<void> {
  daemon = cli(MAIN, ['run'], {
    ...scratch(),
    MM_URL: server.url,
    MM_TOKEN: SAMPLE.botToken,
    TRANSCRIPT_DIR: join(folder, 'agents'),
    STATE_DIR: join(folder, 'state'),
    GOVERNANCE_DIR: join(folder, 'governance'),
    AUDIT_LEDGER: join(folder, 'audits', 'ledger.jsonl'),
    COORDINATOR_ROLES: ROLES,
    COORDINATOR_RULES: '!audit-before-response',
    COORDINATOR_OPERATORS: 'alice',
    OPEN_AFTER_MS: '0',
    ...extra,
  });
  await daemon.until(/The watcher runs/);
}

async function kill(): Promise<void> {
  daemon.child.kill('SIGKILL');
  await daemon.ended;
}

async function until(what: string, holds: () => boolean, timeoutMs = 30_000): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(50)) if (holds()) return;
  throw new Error(`never came true: ${what}\n${daemon.said.out}\n${JSON.stringify(boxes())}`);
}

function posts() {
  return standIn.posts().filter(({ user_id: userId }) => userId === SAMPLE.botId);
}

function boxes(): string[] {
  return posts().map(({ props }) => JSON.stringify(props['attachments'] ?? ''));
}

const notices = () => posts().filter(({ message }) => message.includes('@'));

function findings(): string[] {
  const path = join(folder, 'audits', 'ledger.jsonl');
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
  const writer = new OpenClawWriter(join(folder, 'agents'), agentId);
  const sessionId = randomUUID();
  writer.session(`agent:${agentId}:mattermost:channel:${SAMPLE.publicId}:thread:${rootId}`, { sessionId });
  const about = { message_id: randomUUID().replaceAll('-', '').slice(0, 26), sender_id: SAMPLE.aliceId };
  writer.user(sessionId, `Conversation info (untrusted metadata):\n\`\`\`json\n${JSON.stringify(about)}\n\`\`\`\n\nplease`);
  await sleep(500);
  writer.assistant(sessionId, `${agentId} has answered`);
  await until(`the box of ${agentId} is final`, () => boxes().some((box) => box.includes(`[DONE] ${agentId}`)));
  await sleep(3_000); // an answer is believed after two seconds
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'live-status-governed-'));
  mkdirSync(join(folder, 'governance'));
  writeFileSync(join(folder, 'governance', 'state.json'), JSON.stringify({ mode: 'research', posture: 'defense', role: 'primary' }));
  for (const agentId of ['main', 'reviewer', 'auditor']) mkdirSync(join(folder, 'agents', agentId, 'sessions'), { recursive: true });
  standIn = createStandIn({ clock: { now: () => Date.now() }, seed: sampleSeed() });
  server = await serveStandIn(standIn, { port: 0 });
  const asked = await fetch(`${server.url}/api/v4/posts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SAMPLE.aliceToken}` },
    body: JSON.stringify({ channel_id: SAMPLE.publicId, message: 'please, all of you' }),
  });
  rootId = ((await asked.json()) as { id: string }).id;
});

afterEach(async () => {
  await kill();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the coordinator in the daemon', () => {
  it('shows who was skipped, writes it down, tells the operator once, and goes on after a kill where it was', async () => {
    await start();
    await answer('main');
    await kill();
    await start();
    await answer('auditor');
    await until('the finding is in the ledger', () => findings().length === 1);
    await until('the operator is told', () => notices().length === 1);
    await until('the box tells it', () =>
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
    await until('the late answer is in the ledger', () => findings().length === 2);
    expect(findings()).toEqual(['sequence_violation skipped', 'sequence_violation late']);
    await sleep(1_000);
    expect(notices()).toHaveLength(1);
    expect(boxes().filter((box) => box.includes('[VIOLATION]'))).toHaveLength(1);
  });
});
