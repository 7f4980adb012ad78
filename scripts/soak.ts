// Lets 200 agents work for a while beside the real process, with faults on and off, and prints what it cost: memory and its slope,
// the delay of the event loop, and whether any end was lost or any post doubled.
// Usage: npm run -s soak [-- --minutes N]

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SAMPLE } from '../src/stand-in/sample-seed.ts';
import { type Box, createRig, type Rig, seeded, type Watcher } from '../test/integration/harness.ts';
import { OneAgent } from '../test/integration/one-agent.ts';
import { until } from '../test/support/until.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const LASTS_MS = Number(values.minutes) * 60_000;
const AGENTS = 200;
const STEP_MS = 6_000; // of one agent, on average: 33 steps a second together
const STEPS = 30; // of one turn, on average
const REST_MS = 30_000; // between two turns, on average
const SAMPLE_MS = 5_000;
const TELL_MS = 30_000;
const WARM_UP = 0.25; // of the time is not counted in the slope: the heap grows to its working size
const STEADY_MS = 45 * 60_000;
const HEALTHY_MS = 30_000;
const FAULTY_MS = 15_000;
const SETTLE_MS = 180_000; // for 200 ends within the budget of requests after the last fault

/** `loopMs` is the 99th percentile of the last one or two minutes. */
interface Measured {
  atMs: number;
  rssMiB: number;
  loopMs: number;
  status: string;
}

const random = seeded(1);
const startedAt = performance.now();
const elapsedMs = (): number => performance.now() - startedAt;
/** Half to one and a half times `mean`. */
const about = (mean: number): number => mean * (0.5 + random());

/** Does turns until time is up. Gives the marks of all of them. */
async function work(agent: OneAgent): Promise<string[]> {
  const marks: string[] = [];
  await sleep(random() * REST_MS);
  while (elapsedMs() < LASTS_MS) {
    marks.push(agent.begin());
    for (let left = about(STEPS); left > 0 && elapsedMs() < LASTS_MS; left--) {
      await sleep(about(STEP_MS));
      agent.step();
    }
    agent.end();
    await sleep(Math.max(0, Math.min(about(REST_MS), LASTS_MS - elapsedMs())));
  }
  return marks;
}

/** What goes wrong, one after the other; each gives what ends it. */
function faultsOf({ standIn, server }: Rig): [string, () => Promise<() => Promise<void> | void>][] {
  const match = { path: /\/posts/ };
  const times = Number.POSITIVE_INFINITY;
  return [
    ['the server is down', async () => (await server.down(), () => server.up())],
    ['writes lose their answers', async () => standIn.faults.add({ match, times, fault: { kind: 'reset', applied: true } })],
    ['answers take two seconds', async () => standIn.faults.add({ match, times, fault: { kind: 'slow', ms: 2_000 } })],
    ['the database is down', async () => (standIn.switches.database('down'), () => standIn.switches.database('up'))],
    ['nothing is answered', async () => standIn.faults.add({ match, times, fault: { kind: 'hang', applied: false } })],
    [
      '2 requests a second at most',
      async () => (standIn.limitRate({ perSecond: 2, burst: 2, by: 'address' }), () => standIn.limitRate(undefined)),
    ],
  ];
}

async function disturb(rig: Rig): Promise<void> {
  const faults = faultsOf(rig);
  for (let round = 0; elapsedMs() + HEALTHY_MS + FAULTY_MS < LASTS_MS; round++) {
    await sleep(HEALTHY_MS);
    const fault = faults[round % faults.length];
    if (fault === undefined) continue;
    const [name, begin] = fault;
    tell(`fault: ${name}`);
    const end = await begin();
    await sleep(FAULTY_MS);
    await end();
  }
}

async function measure(watcher: Watcher, rig: Rig): Promise<Measured[]> {
  const all: Measured[] = [];
  for (let toldAt = 0; elapsedMs() < LASTS_MS; await sleep(SAMPLE_MS)) {
    const { process: facts, status, boxes } = await watcher.health();
    const now = { atMs: elapsedMs(), rssMiB: facts.rssBytes / 2 ** 20, loopMs: facts.eventLoopDelayP99Ms, status };
    all.push(now);
    rig.standIn.requests.length = 0; // the stand-in lives in this process and would keep every request
    if (elapsedMs() - toldAt < TELL_MS) continue;
    toldAt = elapsedMs();
    tell(`${now.rssMiB.toFixed(0)} MiB, loop p99 ${now.loopMs} ms, ${status}, ${boxes.active} boxes, ${boxes.dirty} behind`);
  }
  return all;
}

function tell(words: string): void {
  console.log(`${(elapsedMs() / 1_000).toFixed(0).padStart(5)} s  ${words}`);
}

/** Least squares; MiB per hour. */
function slopeOf(samples: readonly Measured[]): number {
  const meanAt = mean(samples.map(({ atMs }) => atMs));
  const meanRss = mean(samples.map(({ rssMiB }) => rssMiB));
  const along = samples.reduce((sum, { atMs, rssMiB }) => sum + (atMs - meanAt) * (rssMiB - meanRss), 0);
  const across = samples.reduce((sum, { atMs }) => sum + (atMs - meanAt) ** 2, 0);
  return (along / across) * 3_600_000;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function quantile(numbers: readonly number[], share: number): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(share * (numbers.length - 1))] ?? Number.NaN;
}

function judge(marks: readonly string[], boxes: readonly Box[]): string[] {
  const boxesByMark = Map.groupBy(boxes, ({ text }) => /\w+n\d+x/.exec(text)?.[0] ?? '');
  return marks.flatMap((mark) => {
    const own = boxesByMark.get(mark) ?? [];
    if (own.length !== 1) return [`${mark} has ${own.length} posts`];
    return own[0]?.text.includes(`finished ${mark}`) === true ? [] : [`${mark} does not say its end: ${own[0]?.title}`];
  });
}

function report(samples: readonly Measured[], turns: number, posts: number): void {
  const counted = samples.filter(({ atMs }) => atMs > LASTS_MS * WARM_UP);
  const rss = counted.map(({ rssMiB }) => rssMiB);
  const loop = counted.map(({ loopMs }) => loopMs);
  console.log(`agents ${AGENTS}, minutes ${values.minutes}, turns ${turns}, posts ${posts}`);
  console.log(
    `RSS: first ${samples[0]?.rssMiB.toFixed(0)}, median ${quantile(rss, 0.5).toFixed(0)}, most ${Math.max(...rss).toFixed(0)} MiB`,
  );
  const why =
    LASTS_MS < STEADY_MS ? '; ended boxes are kept for a quarter of an hour, so it rises until then: run 45 minutes to see it flat' : '';
  console.log(`RSS slope after ${WARM_UP * 100} % of the time: ${slopeOf(counted).toFixed(1)} MiB/h${why}`);
  console.log(`event loop delay p99: median ${quantile(loop, 0.5).toFixed(1)}, worst minute ${Math.max(...loop).toFixed(1)} ms`);
}

const rig = await createRig();
const settings = { MAX_ACTIVE_SESSIONS: '0', CIRCUIT_BREAKER_COOLDOWN_S: '5', LOG_LEVEL: 'warn' };
const watcher = await rig.watcher(settings);
await until('health answers', async () => (await watcher.health().catch(() => undefined))?.sink.reach === 'reached');
const agents = Array.from({ length: AGENTS }, (_, index) => {
  return new OneAgent(rig.writer, `s${index}`, index % 2 === 0 ? SAMPLE.publicId : SAMPLE.privateId);
});
const [marks, samples] = await Promise.all([Promise.all(agents.map(work)).then((all) => all.flat()), measure(watcher, rig), disturb(rig)]);
const hasSettled = (): boolean => rig.boxes().every(({ title }) => title.startsWith('[DONE]')) && judge(marks, rig.boxes()).length === 0;
await until('every end is shown', hasSettled, { timeoutMs: SETTLE_MS }).catch(() => undefined);
report(samples, marks.length, rig.boxes().length);
const broken = judge(marks, rig.boxes());
console.log(`lost ends or double posts: ${broken.length}`);
for (const words of broken.slice(0, 20)) console.log(words);
await rig.close();
process.exitCode = broken.length === 0 ? 0 : 1;
