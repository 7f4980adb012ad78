// The operator's prices (C-9): they fill in what the program does not tell, and never count beside its own figure.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Fold } from '../../../../src/core/fold.ts';
import { costOf } from '../../../../src/core/price.ts';
import { addUsage, usageOf } from '../../../../src/core/turn.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { eventually } from '../../../support/until.ts';
import { Recording } from './recording.ts';
import { SessionWriter } from './session-writer.ts';
import { clockAt, watch } from './watching.ts';

vi.setConfig({ testTimeout: 240_000 });

const NONE = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, costUsd: 0 };
const PRICES = { 'claude-*': { input: 1, output: 10, cacheRead: 100, cacheWrite: 1_000 } };
const priced = { costOf: (model: string | undefined, usage: typeof NONE) => costOf(PRICES, model, usage) };
const folder = tempFolder('claude-code-prices');

const sumOf = (fold: Fold) => [...fold.sessionsByKey.values()].flatMap(({ turns }) => turns.map(usageOf)).reduce(addUsage, NONE);

it('a turn whose program tells no cost has that of the prices, each message once', async () => {
  const dir = join(folder, 'untold');
  const session = new SessionWriter(dir);
  const { source, fold } = await watch({ dirs: [dir], ...priced });
  onTestFinished(() => source.stop());
  const usage = { input_tokens: 5, output_tokens: 4, cache_read_input_tokens: 3, cache_creation_input_tokens: 2 };
  const says = (text: string, id: string) => session.says([{ type: 'text', text }], 'end_turn', usage, id);
  session.add(session.prompt('hello'), says('one', 'a'), says('two', 'a'), says('three', 'b'), session.ends());
  await eventually(() => expect(sumOf(fold).output).toBe(8));
  expect(sumOf(fold).costUsd).toBeCloseTo((2 * (5 + 40 + 300 + 2_000)) / 1_000_000, 12);
});

it.each(['print-subagent', 'subagent'])(
  '%s: where the program tells the cost of the turn, that is the cost, sub-agents included',
  async (name) => {
    const costs = [];
    for (const prices of [{}, priced]) {
      const recording = new Recording('2.1.332', name);
      const home = join(folder, `${name}-${costs.length}`);
      mkdirSync(join(home, '.claude'), { recursive: true });
      const { source, fold } = await watch({ dirs: [join(home, '.claude')], clock: clockAt(recording.endedAt, 10), ...prices });
      await recording.play(home, { stepMs: 0 });
      for (let waited = 0; waited < 3_000 && sumOf(fold).costUsd === 0; waited += 20) await sleep(20);
      await sleep(100);
      await source.stop();
      costs.push(sumOf(fold).costUsd);
    }
    expect(costs[0]).toBeGreaterThan(0);
    expect(costs[1]).toBeCloseTo(costs[0] ?? 0, 9);
  },
);
