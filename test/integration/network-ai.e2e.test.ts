// The daemon beside a data folder of Network-AI: nothing leaves before a rule routes a task, and tokens never leave.

import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, type TestContext } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { applyStage, endOf, STAGE_NAMES } from '../unit/sources/network-ai/recorded-swarm.ts';
import { type Box, boxesOf, createRig, type Rig } from './harness.ts';

const WORKING_MS = 4_000; // longer than a box waits before it opens
const INSTANT = /2026-11-21T\d\d:\d\d:\d\d\.\d{6}\+00:00/g;
const TOKENS = ['grant_f22cac65bacd4547b0f54066bed183dd', 'grant_fc1f7a60385e4405911513fe1137655d'];

/** The recorded steps, as if they happened now. */
class Playback {
  readonly dir = join(tempFolder('network-ai'), 'finance', 'data');
  readonly #recorded = tempFolder('recorded');
  readonly #byMs: number;

  constructor(firstStage = '01-budget-and-heartbeats') {
    mkdirSync(this.dir, { recursive: true });
    this.#byMs = Date.now() - endOf(firstStage);
  }

  go(stage: string): void {
    applyStage(stage, this.#recorded);
    for (const name of ['agent_health.json', 'budget_tracking.json', 'task_tracking.json', 'active_grants.json', 'audit_log.jsonl'])
      this.#write(name);
  }

  append(line: object): void {
    appendFileSync(join(this.dir, 'audit_log.jsonl'), `${JSON.stringify({ timestamp: new Date().toISOString(), ...line })}\n`);
  }

  #write(name: string): void {
    try {
      const text = readFileSync(join(this.#recorded, name), 'utf8');
      writeFileSync(
        join(this.dir, name),
        text.replaceAll(INSTANT, (at) => this.#later(at)),
      );
    } catch {
      // That step has no such file yet.
    }
  }

  #later(at: string): string {
    return new Date(Date.parse(at) + this.#byMs).toISOString().replace('Z', '000+00:00');
  }
}

async function rigFor({ onTestFinished }: TestContext, requests: string[] = []): Promise<{ rig: Rig; boxes(): Box[] }> {
  const rig = await createRig({ onRequest: (method, path) => requests.push(`${method} ${path}`) });
  onTestFinished(() => rig.close());
  return { rig, boxes: () => boxesOf(rig.standIn.posts()) };
}

it('without a rule nothing is posted, and health says which rule would show it', async (context) => {
  const [requests, playback]: [string[], Playback] = [[], new Playback()];
  const { rig } = await rigFor(context, requests);
  const watcher = await (await rig.watcher({ NETWORK_AI_DIR: playback.dir })).ready();
  for (const stage of STAGE_NAMES.slice(0, 7)) playback.go(stage);
  await sleep(WORKING_MS);
  expect(requests.filter((request) => request.startsWith('POST') && request.includes('/posts'))).toEqual([]);
  expect(JSON.stringify(await watcher.health())).toContain('network-ai:finance:task_001');
});

it('with a rule each task has a box, and the fourth handoff is refused in it after one throttle step', async (context) => {
  const playback = new Playback();
  const { rig, boxes } = await rigFor(context);
  playback.go('01-budget-and-heartbeats');
  playback.go('02-handoffs-allowed');
  await (
    await rig.watcher({ NETWORK_AI_DIR: playback.dir, ROUTES: `network-ai:finance:*=${SAMPLE.publicId}`, THROTTLE_MS: '500' })
  ).ready();
  const box = (): Box | undefined => boxes().find(({ title }) => title.includes('task_001'));
  const seen = (what: string, text: string): Promise<void> =>
    until(what, () => box()?.text.includes(text) === true, { detail: () => JSON.stringify(boxes()) });
  await seen('three handoffs', '3/3');
  await sleep(2_000); // nothing is in the way any more
  const writtenAt = performance.now();
  playback.go('03-handoff-tax-blocked');
  await seen('the refusal', 'refused');
  await context.annotate(`refused in the box after ${Math.round(performance.now() - writtenAt)} ms`);
  expect(box()?.title).toMatch(/^\[ACTIVE\] task_001/);
  expect(box()?.text).toContain('933/10,000');
});

it('whole tokens stand in the files, and in no post, log line, health report, ledger or checkpoint', async (context) => {
  const playback = new Playback('06-permissions');
  const { rig, boxes } = await rigFor(context);
  const ledger = join(rig.folder, 'ledger.jsonl');
  const env = {
    NETWORK_AI_DIR: playback.dir,
    ROUTES: `network-ai:*=${SAMPLE.publicId}+texts+commands+prompts`,
    COORDINATOR: '1',
    AUDIT_LEDGER: ledger,
    VERBOSITY: 'detail',
    LOG_LEVEL: 'trace',
  };
  const watcher = await (await rig.watcher(env)).ready();
  for (const stage of STAGE_NAMES.slice(0, 6)) playback.go(stage);
  const canary = 'canary-0a1b2c3d4e5f-token';
  playback.append({ action: 'permission_granted', details: { token: canary, agent_id: 'orchestrator', resource_type: 'EMAIL' } });
  for (const token of [...TOKENS, canary]) {
    playback.append({ action: token, details: { token } });
    playback.append({ action: 'update_goals', details: { added: `use ${token}` } });
    playback.append({ action: 'permission_denied', details: { agent_id: token, resource_type: token, scores: { trust: 0.1 } } });
  }
  await until('the grants are shown', () => boxes().some(({ text }) => text.includes('DATABASE') && text.includes('granted')), {
    detail: () => JSON.stringify(boxes()),
  });
  await until('the budget is used up', () => boxes().some(({ title }) => title.includes('[STOPPED]')));
  await sleep(1_000);
  const health = JSON.stringify(await watcher.health());
  const database = readdirSync(join(rig.folder, 'state'), { recursive: true, withFileTypes: true });
  const stored = database.filter((entry) => entry.isFile()).map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'));
  const everything = [JSON.stringify(rig.standIn.posts()), watcher.output, health, ...stored, textOf(ledger)];
  for (const token of [...TOKENS, canary]) for (const text of everything) expect(text).not.toContain(token.slice(6, 20));
  expect(everything[0]).toMatch(/#[0-9a-f]{6}/);
});

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
