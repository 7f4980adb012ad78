import type { Row } from '../contract.ts';
import { endFigures, measureSteadyWork } from './steady-work.ts';

export const hundredSessions: Row = {
  name: '100-sessions',
  title: '100 sessions, one event a second each',
  run: async (bench) => {
    const work = await measureSteadyWork(bench, 100);
    const floorPercent = work.floorMsPerEvent * 10; // 100 events a second, as a share of 1,000 ms
    return [
      { what: 'of a core', now: work.corePercent, floor: floorPercent, limit: 4, unit: '%' },
      { what: 'written and not read meanwhile', now: work.unreadPercent, limit: 5, unit: '%' },
      { what: 'CPU per event', now: work.msPerEvent, floor: work.floorMsPerEvent, unit: 'ms' },
      ...endFigures(work),
    ];
  },
};
