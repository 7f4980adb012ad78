import { setImmediate as nextTurn } from 'node:timers/promises';
import { createBoxes } from '../simulate/boxes.ts';
import { chanceOf } from '../simulate/chance.ts';
import { SimulatedClock } from '../simulate/clock.ts';
import { readSettings } from '../simulate/settings.ts';
import { simulatedSink } from '../simulate/sink.ts';
import type { Row } from '../contract.ts';
import { quantile } from '../harness/quantile.ts';
import { begin, happens, taskKey } from '../load/swarm.ts';

const EVENTS_A_SECOND = 100;
const STEP_MS = 1_000 / EVENTS_A_SECOND;
const LATENCY_MS = 20;
const MB = 1_048_576;
const ignore = (): void => undefined;
const QUIET = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const NOWHERE = { save: ignore, drop: ignore, together: (run: () => void): void => run() };

/**
 * From the fold to the request, without source, disk and network, in simulated time: what the processor does in it is real. The floor is
 * JSON of the same events, written and parsed.
 */
export const swarm: Row = {
  name: 'swarm',
  title: '1,000 tasks of a swarm, 100 events a second',
  run: async ({ quick, tell }) => {
    const tasks = quick ? 200 : 1_000;
    const seconds = quick ? 20 : 120;
    globalThis.gc?.();
    const heapBefore = process.memoryUsage().heapUsed;
    const clock = new SimulatedClock();
    const boxes = openBoxes(clock);
    for (let number = 0; number < tasks; number += 1) for (const event of begin(number, clock.now())) boxes.apply(event);
    await clock.advance(60_000); // all have their posts
    tell(`${tasks} tasks, ${seconds} s`);
    const stepsMs: number[] = [];
    const spentMs = await cpuMs(async () => {
      for (let count = 0; count < seconds * EVENTS_A_SECOND; count += 1) {
        const startedAt = performance.now();
        boxes.apply(happens(count, tasks, clock.now()));
        await clock.advance(STEP_MS);
        stepsMs.push(performance.now() - startedAt);
      }
    });
    const floorMs = await cpuMs(async () => {
      for (let count = 0; count < seconds * EVENTS_A_SECOND; count += 1) {
        JSON.parse(JSON.stringify(happens(count, tasks, count)));
        await nextTurn();
      }
    });
    const ofCore = (ms: number): number => ms / (10 * seconds);
    const notes = boxes.sessions().get(taskKey(0))?.turns[0]?.notes?.length ?? 0;
    if (notes === 0) throw new Error('The tasks have no notes.');
    return [
      { what: 'of a core, without source, disk and network', now: ofCore(spentMs), floor: ofCore(floorMs), limit: 4, unit: '%' },
      { what: 'an event with all that it causes, 99th percentile', now: quantile(stepsMs, 0.99), limit: 20, unit: 'ms' },
      { what: 'heap', now: (process.memoryUsage().heapUsed - heapBefore) / MB, limit: 130, unit: 'MiB' },
    ];
  },
};

function openBoxes(clock: SimulatedClock): ReturnType<typeof createBoxes> {
  const read = readSettings({ MAX_ACTIVE_SESSIONS: '0', EDITS_PER_SECOND: '50:100' });
  if (read.kind === 'wrong') throw new Error(JSON.stringify(read.problems));
  const chance = chanceOf(7);
  const sink = simulatedSink(clock, chance, LATENCY_MS);
  return createBoxes(read.config, { clock, random: () => chance.next(), sink, log: QUIET, posts: NOWHERE, channelOf: () => 'lab' });
}

async function cpuMs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
