// What must hold during every attack: the turns of another agent go on, and a bystander sees no harm.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthReport } from '../../src/health/health-report.ts';
import { Bystander } from './bystander.ts';
import type { Rig, Watcher, WatcherOptions } from './harness.ts';
import { OneAgent } from './one-agent.ts';
import { until } from '../support/until.ts';

const GOES_ON_MS = 20_000; // two edits that are paced by 500 ms, on a machine that does many other things
const TURNS = 3;

export interface AttackOptions {
  env?: NodeJS.ProcessEnv;
  watcher?: WatcherOptions;
  /** How long the attack is watched after the last turn. */
  settleMs?: number;
}

/** Lets `attack` work while another agent has turns and somebody asks for health; throws when somebody else suffers. */
export async function expectToWithstand(
  rig: Rig,
  attack: (watcher: Watcher) => Promise<void> | void,
  { env = {}, watcher: options = {}, settleMs = 0 }: AttackOptions = {},
): Promise<Watcher> {
  const watcher = await (await rig.watcher(env, options)).ready();
  const agent = new OneAgent(rig.writer, 'good');
  await goOn(rig, agent, watcher);
  const bystander = await Bystander.beside(watcher);
  await attack(watcher);
  for (let turn = 0; turn < TURNS; turn++) await goOn(rig, agent, watcher);
  await sleep(settleMs);
  const harm = await bystander.harm();
  if (harm.length > 0) throw new Error(harm.join('\n'));
  return watcher;
}

/** A turn of another agent, from its first box to its end. */
async function goOn(rig: Rig, agent: OneAgent, watcher: Watcher): Promise<void> {
  const startedAt = performance.now();
  const mark = agent.begin();
  const shows = (title: string) => rig.boxes().some((box) => box.title.startsWith(title) && box.text.includes(mark));
  await until('another box begins', () => shows('[ACTIVE]'), { detail: () => watcher.output });
  agent.end();
  await until('another box ends', () => shows('[DONE]'), { detail: () => watcher.output });
  const tookMs = performance.now() - startedAt;
  if (tookMs > GOES_ON_MS) throw new Error(`a turn of another agent took ${tookMs} ms`);
}

export async function expectHealth(watcher: Watcher, words: RegExp): Promise<HealthReport> {
  let report: HealthReport | undefined;
  await until(
    `health says ${words}`,
    async () => {
      report = await watcher.health();
      return words.test(report.reason);
    },
    { detail: () => `${JSON.stringify(report)}\n${watcher.output}` },
  );
  if (report === undefined) throw new Error('no report');
  return report;
}

/** A folder of an agent that means no good. */
export function hostileFolder(rig: Rig, name = 'hostile'): string {
  const path = join(rig.folder, 'agents', name, 'sessions');
  mkdirSync(path, { recursive: true });
  return path;
}
