import type { Row } from '../contract.ts';
import { endFigures, measureSteadyWork } from './steady-work.ts';

export const thousandSessions: Row = {
  name: '1000-sessions',
  title: '1,000 sessions, one event a second each',
  run: async (bench) => {
    const work = await measureSteadyWork(bench, 1_000);
    const floorPercent = work.floorMsPerEvent * 100; // 1,000 events a second, as a share of 1,000 ms
    return [
      { what: 'of a core', now: work.corePercent, floor: floorPercent, limit: 35, unit: '%' },
      { what: 'written and not read meanwhile', now: work.unreadPercent, limit: 5, unit: '%' },
      { what: 'memory', now: work.rssMiB, limit: 250, unit: 'MiB' },
      { what: 'delay of the event loop, 99th percentile', now: work.loop.p99Ms, limit: 20, unit: 'ms' },
      ...endFigures(work),
    ];
  },
};
