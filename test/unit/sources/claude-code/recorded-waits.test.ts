import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { NOTHING_VISIBLE } from '../../../../src/core/source.ts';
import { limitConcurrency } from '../../../../src/files/concurrency-limit.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { Recording, scenariosOf, VERSIONS } from './recording.ts';
import { clockAt, watch } from './watching.ts';

vi.setConfig({ testTimeout: 240_000 });

const SCENARIOS = VERSIONS.flatMap((version) => scenariosOf(version).map((scenario) => `${version}/${scenario}`));
const folder = tempFolder('claude-code-waits');

/** What somebody was asked in a recording, as `steps.ndjson` has it. */
const ASKED: Readonly<Record<string, string[]>> = {
  '2.1.150/agents-json': ['approval', 'approval'],
  '2.1.150/ask-user': ['answer'],
  '2.1.150/hooks': ['approval'],
  '2.1.150/permission': ['approval', 'approval'],
  '2.1.332/agents-json': ['approval', 'approval'],
  '2.1.332/ask-user': ['answer'],
  '2.1.332/auto-mode-blocked': ['approval'],
  '2.1.332/background-session': ['approval'],
  '2.1.332/hooks': ['approval', 'approval', 'approval'],
  '2.1.332/kill-9-while-waiting': ['approval'],
  '2.1.332/permission': ['approval', 'approval'],
  '2.1.332/plan-mode': ['approval'],
  '2.1.332/subagent-permission': ['approval'],
};

async function waitsOf(scenario: string): Promise<string[]> {
  const [version = '', name = ''] = scenario.split('/');
  const recording = new Recording(version, name);
  const home = join(folder, scenario);
  mkdirSync(join(home, '.claude'), { recursive: true });
  const clock = clockAt(recording.endedAt, 2);
  const { source, events } = await watch({ dirs: [join(home, '.claude')], clock, visibility: () => NOTHING_VISIBLE });
  await recording.play(home, { stepMs: 15 });
  await sleep(200);
  await source.stop();
  const begun: string[] = [];
  const waiting = new Set<string>();
  for (const event of events) {
    if (event.type === 'waiting_started' && waiting.has(event.sessionKey)) begun.pop(); // the same, better known
    if (event.type === 'waiting_started') begun.push(event.on);
    if (event.type === 'waiting_started') waiting.add(event.sessionKey);
    if (event.type === 'waiting_ended' || event.type === 'run_ended') waiting.delete(event.sessionKey);
  }
  return begun;
}

it('over all recordings somebody is waited for when somebody was asked, and never else', async () => {
  const limit = limitConcurrency(10);
  const waits = await Promise.all(SCENARIOS.map((scenario) => limit(async () => [scenario, await waitsOf(scenario)] as const)));
  expect(Object.fromEntries(waits.filter(([, begun]) => begun.length > 0))).toEqual(ASKED);
});
