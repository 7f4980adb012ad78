import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { limitConcurrency } from '../../../../src/files/concurrency-limit.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { describeBoxes } from './describe-boxes.ts';
import { Recording, scenariosOf, VERSIONS } from './recording.ts';
import { clockAt, type Watching, watch } from './watching.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 240_000 });

const FASTER = 10;
const QUIET_MS = 700; // longer than any patience of the source, at this speed
const MOST_MS = 4_000;
const AT_ONCE = 8;
const SCENARIOS = VERSIONS.flatMap((version) => scenariosOf(version).map((scenario) => `${version}/${scenario}`));

/** How a recording is played while it is watched; gives what watches it at the end. */
type Mode = (recording: Recording, home: string) => Promise<Watching>;

const start = (recording: Recording, home: string, memory?: Parameters<typeof watch>[0]['memory']): Promise<Watching> =>
  watch({ dirs: [join(home, '.claude')], clock: clockAt(recording.endedAt, FASTER), ...(memory === undefined ? {} : { memory }) });

/** Always the same numbers. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

const MODES: Record<string, Mode> = {
  async 'in its real order'(recording, home) {
    const watching = await start(recording, home);
    await recording.play(home, { stepMs: 3 });
    return watching;
  },

  async 'in random pieces'(recording, home) {
    const roll = dice(recording.operations.length);
    const watching = await start(recording, home);
    await recording.play(home, { stepMs: 1, piece: (bytes) => 1 + roll(Math.min(bytes, 4_000)) });
    return watching;
  },

  async 'all at once'(recording, home) {
    const watching = await start(recording, home);
    await recording.play(home, { stepMs: 0 });
    return watching;
  },

  async 'with the source killed and started again in the middle'(recording, home) {
    const middle = Math.floor(recording.operations.length / 2);
    const first = await start(recording, home);
    await recording.play(home, { stepMs: 3 }, 0, middle);
    await sleep(QUIET_MS / 7);
    const left = await first.stop();
    await recording.play(home, { stepMs: 0 }, middle, middle + 5);
    const second = await start(recording, home, left);
    await recording.play(home, { stepMs: 3 }, middle + 5);
    return second;
  },
};

function goldenOf(scenario: string): string {
  return fileURLToPath(new URL(`../../../golden/claude-code/${scenario}.txt`, import.meta.url));
}

function readGolden(scenario: string): string {
  return existsSync(goldenOf(scenario)) ? readFileSync(goldenOf(scenario), 'utf8') : '';
}

/** Until the boxes are as reviewed and stay so, or for as long as the source is patient. */
async function settled({ fold }: Watching, expected: string): Promise<void> {
  for (let waited = 0; waited < MOST_MS && describeBoxes(fold) !== expected; waited += 50) await sleep(50);
  await sleep(QUIET_MS / 7);
}

describe.each(Object.entries(MODES))('recorded sessions, played %s', (_name, mode) => {
  const folder = tempFolder('claude-code');
  const boxesByScenario = new Map<string, string>();

  beforeAll(async () => {
    const limit = limitConcurrency(AT_ONCE);
    await Promise.all(SCENARIOS.map((scenario) => limit(async () => boxesByScenario.set(scenario, await boxesOf(scenario)))));
  });

  async function boxesOf(scenario: string): Promise<string> {
    const [version = '', name = ''] = scenario.split('/');
    const home = join(folder, scenario);
    mkdirSync(join(home, '.claude'), { recursive: true });
    const watching = await mode(new Recording(version, name), home);
    await settled(watching, readGolden(scenario));
    await watching.source.stop();
    return describeBoxes(watching.fold);
  }

  it.each(SCENARIOS)('%s gives the reviewed boxes', async (scenario) => {
    await expect(boxesByScenario.get(scenario)).toMatchFileSnapshot(goldenOf(scenario));
  });
});

/** The newest turn of each session. */
function newestOf(boxes: string): string[] {
  const turns = boxes.split(/\n(?=\S)/).map((turn) => turn.trimEnd());
  const nameOf = (turn: string): string => /^.*?(?= \((?:person|operator|command)\))/.exec(turn)?.[0] ?? turn;
  return [...new Map(turns.map((turn) => [nameOf(turn), turn])).values()].toSorted();
}

describe('recorded sessions, first seen when they are over', () => {
  const folder = tempFolder('claude-code-late');

  it.each(SCENARIOS)('%s gives the box of its newest turn', async (scenario) => {
    const [version = '', name = ''] = scenario.split('/');
    const recording = new Recording(version, name);
    const home = join(folder, scenario);
    mkdirSync(join(home, '.claude'), { recursive: true });
    await recording.play(home, { stepMs: 0 });
    const { source, fold } = await start(recording, home);
    const expected = newestOf(readGolden(scenario));
    for (let waited = 0; waited < MOST_MS && JSON.stringify(newestOf(describeBoxes(fold))) !== JSON.stringify(expected); waited += 20)
      await sleep(20);
    await source.stop();
    expect(newestOf(describeBoxes(fold))).toEqual(expected);
  });
});
