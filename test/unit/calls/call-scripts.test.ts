// The promise of calls, in simulated time: one for each wait that lasts, none lost, none for what was over before.

import { expect, it } from 'vitest';
import { seeded } from '../../integration/harness.ts';
import { rounds } from '../../support/rounds.ts';
import { type Script, type ScriptedWait, scriptOf } from './call-scripts.ts';
import { CallWorld, type WorldOptions } from './call-world.ts';

const SCRIPTS = rounds({ inCheck: 10_000, thorough: 100_000 });
const LASTS_MS = 10_000;
const LOOK_MS = 3_000; // a look a second, and a tick in half a second
const RETRY_MS = 6_000;
const FAILED_AFTER_MS = 300_000;
const DONE_AFTER_MS = 900_000;
const HOUR_MS = 3_600_000;

async function play(script: Script, world: CallWorld): Promise<void> {
  world.start();
  for (const { at, run } of script.steps) {
    await world.advance(at - world.clock.now());
    run(world);
  }
  await world.advance(script.until - world.clock.now());
}

/** Whether the wait was open, watched and reported long enough that it must have called. */
function mustCall({ from, to }: ScriptedWait, { away }: Script): boolean {
  const edges = [from + LASTS_MS, ...away.flatMap(([begin, end]) => [begin, end]), to]
    .filter((at) => at >= from + LASTS_MS && at <= to)
    .sort((a, b) => a - b);
  return edges.some((edge, index) => {
    const next = edges[index + 1] ?? edge;
    const isAway = away.some(([begin, end]) => begin < next && end > edge);
    return !isAway && next - edge > LOOK_MS + RETRY_MS;
  });
}

/** What is wrong with what was posted, in words. */
function judge(script: Script, world: CallWorld): string[] {
  const waits = script.waits.flatMap((wait) => judgeWait(wait, script, world));
  const done = script.ends.filter(({ isFailure, lastedMs }) => !isFailure && lastedMs >= DONE_AFTER_MS).length;
  const failed = script.ends.filter(({ isFailure, lastedMs }) => isFailure && lastedMs >= FAILED_AFTER_MS).length;
  const ends = world.texts().flatMap((text) => /: (done|failed) after/.exec(text)?.[1] ?? []);
  const counted = [ends.filter((word) => word === 'done').length, ends.filter((word) => word === 'failed').length];
  return counted[0] === done && counted[1] === failed ? waits : [...waits, `${counted.join(' and ')} ends for ${done} and ${failed}`];
}

function judgeWait(wait: ScriptedWait, script: Script, world: CallWorld): string[] {
  const { name, from, to, outcome } = wait;
  const calls = world.posts.filter(({ texts }) => texts[0]?.includes(`\`${name}.\``));
  if (calls.length > 1) return [`${name} has called ${calls.length} times`];
  const [call] = calls;
  if (call === undefined) return mustCall(wait, script) ? [`${name} has not called`] : [];
  const last = call.texts.at(-1) ?? '';
  return [
    ...(to - from < LASTS_MS ? [`${name} was too short to call`] : []),
    ...(call.createdAt < from + LASTS_MS ? [`${name} has called too early`] : []),
    ...(call.createdAt > to + LOOK_MS ? [`${name} has called when it was over`] : []),
    ...(/\*\*/.test(call.texts[0] ?? '') ? [`${name} began with its outcome`] : []),
    ...(last.startsWith(`@alice **${outcome} after `) ? [] : [`${name} ended with "${last}" instead of ${outcome}`]),
  ];
}

async function broken(seed: number, options: WorldOptions = {}): Promise<{ problems: string[]; script: Script; world: CallWorld }> {
  const world = new CallWorld({ failedAfterMs: FAILED_AFTER_MS, doneAfterMs: DONE_AFTER_MS, ...options });
  const script = scriptOf(seeded(seed), world.clock.now());
  await play(script, world);
  return { problems: judge(script, world).map((problem) => `seed ${seed}: ${problem}`), script, world };
}

it(`${SCRIPTS} scripts: one call for each wait, none lost, none for what was over before`, { timeout: 600_000 }, async () => {
  let calls = 0;
  let waits = 0;
  const problems: string[] = [];
  for (let seed = 1; seed <= SCRIPTS && problems.length < 10; seed += 1) {
    const { problems: found, script, world } = await broken(seed);
    problems.push(...found);
    calls += world.posts.length;
    waits += script.waits.length;
  }
  expect(problems).toEqual([]);
  // The search would prove nothing if hardly anybody was called, or everybody.
  expect(calls / waits).toBeGreaterThan(0.2);
  expect(calls / waits).toBeLessThan(0.9);
});

it('scripts with a cap: no hour has more calls, and lines say how many were held back', { timeout: 120_000 }, async () => {
  let lines = 0;
  for (let seed = 1; seed <= 300; seed += 1) {
    const perHour = 1 + (seed % 3);
    const { script, world } = await broken(seed, { perHour });
    await world.advance(4 * HOUR_MS);
    for (const { createdAt } of world.posts) {
      const within = world.posts.filter((other) => other.createdAt >= createdAt && other.createdAt < createdAt + HOUR_MS);
      expect(within.length, `seed ${seed}`).toBeLessThanOrEqual(perHour);
    }
    const held = world.texts().flatMap((text) => /(\d+) more calls? (?:was|were) held back/.exec(text)?.[1] ?? []);
    const told = world.posts.length - held.length + held.reduce((sum, count) => sum + Number(count), 0);
    const must = script.waits.filter((wait) => mustCall(wait, script)).length;
    expect(told, `seed ${seed}`).toBeGreaterThanOrEqual(must);
    lines += held.length;
  }
  expect(lines).toBeGreaterThan(10);
});
