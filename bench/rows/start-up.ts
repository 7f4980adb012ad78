import { setTimeout as sleep } from 'node:timers/promises';
import { aboveFloor, type Bench, type Figure, type Row, timesFloor } from '../contract.ts';
import { startBareNode } from '../floors/bare-node.ts';
import { quantile } from '../harness/quantile.ts';
import { Sink } from '../harness/sink.ts';
import { Watcher } from '../harness/watcher.ts';

const SETTLE_MS = 5_000;

/** Starts both in turns, with nothing to watch. */
export const startUp: Row = {
  name: 'start-up',
  title: 'start-up, nothing to watch',
  run: async (bench) => {
    const starts = bench.quick ? 1 : 3;
    const [ours, bare]: [Start[], Start[]] = [[], []];
    for (let count = 1; count <= starts; count++) {
      bench.tell(`start ${count} of ${starts}`);
      bare.push(await bareStart(bench));
      ours.push(await ourStart(bench));
    }
    return figuresOf(ours, bare);
  },
};

interface Start {
  ms: number;
  rssMiB: number;
}

async function ourStart({ place, quick }: Bench): Promise<Start> {
  const sink = await Sink.start(place);
  const watcher = new Watcher(place, { url: sink.url, agents: place.folder('nothing') });
  const ms = await watcher.running();
  await sleep(quick ? 0 : SETTLE_MS);
  const { rssMiB } = watcher.account();
  await watcher.stop();
  return { ms, rssMiB };
}

async function bareStart({ place, quick }: Bench): Promise<Start> {
  const bare = await startBareNode(place);
  await sleep(quick ? 0 : SETTLE_MS);
  return { ms: bare.loadedAfterMs, rssMiB: bare.account().rssMiB };
}

function figuresOf(ours: readonly Start[], bare: readonly Start[]): Figure[] {
  const median = (starts: readonly Start[], name: keyof Start): number =>
    quantile(
      starts.map((start) => start[name]),
      0.5,
    );
  return [
    aboveFloor(200, { what: 'until it watches', now: median(ours, 'ms'), floor: median(bare, 'ms'), unit: 'ms' }),
    timesFloor(1.3, { what: 'memory', now: median(ours, 'rssMiB'), floor: median(bare, 'rssMiB'), unit: 'MiB' }),
  ];
}
