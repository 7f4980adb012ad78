// Runs in a process of its own: asks for health again and again, and measures what the machine itself makes everybody wait.

import { get } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthReport } from '../../src/health/health-report.ts';
import type { Seen } from './bystander.ts';

const [ALIVE_EVERY_MS, HEALTH_EVERY_MS, COMPUTE_EVERY_MS] = [20, 100, 300];
const WARM_UP = 5;
const RESOLUTION_MS = 20;
const WORK_MS = 5; // of computing, to see how much of a core there is
const [url = ''] = process.argv.slice(2);
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
const seen = { slowestHealthMs: 0, unanswered: 0, mostRssBytes: 0 };
/** How long the cheapest page took: as long as the watcher's event loop was busy with something else. */
const liveMs: number[] = [];
const work = { wallMs: 0, coreMs: 0 };
const end = new AbortController();

/** Computes for a while, and notes for how long it had to wait for a core meanwhile. */
function compute(): void {
  const [startedAt, before] = [performance.now(), process.cpuUsage()];
  const core = () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  while (core() < WORK_MS);
  work.wallMs += performance.now() - startedAt;
  work.coreMs += core();
}

/** On a connection of its own, as somebody who asks once. */
function textAt(page: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(new URL(page, url), { agent: false }, (response) => void text(response).then(resolve, reject)).on('error', reject);
  });
}

async function askForHealth(): Promise<void> {
  const askedAt = performance.now();
  try {
    const report = JSON.parse(await textAt('/health')) as HealthReport;
    seen.mostRssBytes = Math.max(seen.mostRssBytes, report.process.rssBytes);
  } catch {
    seen.unanswered += 1;
  }
  seen.slowestHealthMs = Math.max(seen.slowestHealthMs, performance.now() - askedAt);
}

async function askWhetherAlive(): Promise<void> {
  const askedAt = performance.now();
  await textAt('/livez').catch(() => (seen.unanswered += 1));
  liveMs.push(performance.now() - askedAt);
}

/** Does it again and again until all is over. */
async function again(everyMs: number, does: () => Promise<void> | void): Promise<void> {
  while (!end.signal.aborted) {
    await does();
    await sleep(everyMs);
  }
}

process.once('message', () => end.abort());
process.once('disconnect', () => process.exit());
// The first questions load what asking takes.
for (let turn = 0; turn < WARM_UP; turn++) await askWhetherAlive();
liveMs.length = 0;
process.send?.('ready');
delays.enable();
await Promise.all([
  again(ALIVE_EVERY_MS, askWhetherAlive),
  again(HEALTH_EVERY_MS, askForHealth),
  again(COMPUTE_EVERY_MS, () => {
    delays.disable(); // what is computed here is no delay of the machine
    compute();
    delays.enable();
  }),
]);
delays.disable();
liveMs.sort((one, other) => one - other);
const told: Seen = {
  ...seen,
  loopDelayP99Ms: liveMs[Math.floor(liveMs.length * 0.99)] ?? Number.POSITIVE_INFINITY,
  stretch: work.coreMs === 0 ? 1 : Math.max(1, work.wallMs / work.coreMs),
  idleP99Ms: Math.max(0, delays.percentile(99) / 1e6 - RESOLUTION_MS),
  idleMostMs: Math.max(0, delays.max / 1e6 - RESOLUTION_MS),
};
process.send?.(told, () => process.exit());
