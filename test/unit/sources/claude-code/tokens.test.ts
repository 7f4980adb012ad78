import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { asNumber, asRecord, isRecord, type JsonRecord, parseJson } from '../../../../src/core/json-guards.ts';
import { addUsage, usageOf } from '../../../../src/core/turn.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { describeBoxes } from './describe-boxes.ts';
import { Recording, scenariosOf } from './recording.ts';
import { clockAt, watch } from './watching.ts';

vi.setConfig({ testTimeout: 240_000 });

/**
 * What the program itself counts in other ways. No line has the calls for compactions (`compact`, `auto-compact`, `hooks`) and for the name
 * of a plan (`plan-mode`), nor a dropped or interrupted answer as a whole (`error-dropped-stream`, `interrupt`). A fork counts what it
 * copied (`resume`), and a killed program has written no totals.
 */
const COUNTED_OTHERWISE: ReadonlySet<string> = new Set(
  'compact auto-compact hooks plan-mode error-dropped-stream interrupt resume kill-9 kill-9-subagent sigint-print'.split(' '),
);
const NONE = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, costUsd: 0 };
const folder = tempFolder('claude-code-tokens');

/** The last totals that each session of the recording wrote. */
function totalsIn(projects: string): { input: number; output: number; cacheRead: number; cacheWrite: number; usd: number } | undefined {
  const totals = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, usd: 0 };
  const newest = readdirSync(projects, { recursive: true, encoding: 'utf8' }).flatMap((name): JsonRecord[] => {
    if (!name.endsWith('.jsonl')) return [];
    const lines = readFileSync(join(projects, name), 'utf8').split('\n');
    const states = lines.filter((line) => line.startsWith('{"type":"cost-state"')).map((line) => asRecord(parseJson(line)));
    return states.filter((state) => state !== undefined).slice(-1);
  });
  for (const state of newest) {
    totals.usd += asNumber(state['totalCostUSD']) ?? 0;
    for (const model of Object.values(asRecord(state['modelUsage']) ?? {}).filter(isRecord)) {
      totals.input += asNumber(model['inputTokens']) ?? 0;
      totals.output += asNumber(model['outputTokens']) ?? 0;
      totals.cacheRead += asNumber(model['cacheReadInputTokens']) ?? 0;
      totals.cacheWrite += asNumber(model['cacheCreationInputTokens']) ?? 0;
    }
  }
  return newest.length === 0 ? undefined : totals;
}

it.each(scenariosOf('2.1.332').filter((scenario) => !COUNTED_OTHERWISE.has(scenario)))(
  '%s: the tokens of all turns and sub-agents are those that the program counted, and so is the cost of its only turn',
  async (scenario) => {
    const recording = new Recording('2.1.332', scenario);
    const home = join(folder, scenario);
    mkdirSync(join(home, '.claude'), { recursive: true });
    const { source, fold } = await watch({ dirs: [join(home, '.claude')], clock: clockAt(recording.endedAt, 10) });
    await recording.play(home, { stepMs: 0 });
    const expected = totalsIn(join(home, '.claude', 'projects'));
    const sum = () => [...fold.sessionsByKey.values()].flatMap(({ turns }) => turns.map(usageOf)).reduce(addUsage, NONE);
    for (let waited = 0; waited < 3_000 && sum().output !== expected?.output; waited += 20) await sleep(20);
    await sleep(50);
    await source.stop();
    if (expected === undefined) return expect(describeBoxes(fold)).not.toBe('');
    const { usd, ...tokens } = expected;
    expect(sum()).toMatchObject(tokens);
    const roots = [...fold.sessionsByKey.values()].filter(({ isSubAgent }) => isSubAgent !== true);
    return expect(sum().costUsd).toBeCloseTo(roots.every(({ turns }) => turns.length === 1) ? usd : sum().costUsd, 9);
  },
);
