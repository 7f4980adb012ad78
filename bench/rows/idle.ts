import type { Row } from '../contract.ts';
import { ratesAtRest } from '../harness/at-rest.ts';
import { Sink } from '../harness/sink.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { Watcher } from '../harness/watcher.ts';
import { openSessions } from '../load/sessions.ts';

const SESSIONS = 20;

/** A call runs in each session, and nothing happens. */
export const idle: Row = {
  name: 'idle',
  title: '20 open sessions, nothing happens',
  run: async (bench) => {
    const { place, quick } = bench;
    const [settleMs, lastsMs] = quick ? [1_000, 6_000] : [20_000, 60_000];
    const sink = await Sink.start(place);
    const agents = place.folder('agents');
    openSessions(agents, SESSIONS);
    const watcher = new Watcher(place, { url: sink.url, agents, env: { IDLE_TIMEOUT_S: '86400' } });
    await waitUntil('every session has its box', () => sink.creates() === SESSIONS);
    let askedBefore = 0;
    const { ours, floor } = await ratesAtRest(bench, watcher, { settleMs, lastsMs }, () => (askedBefore = sink.asked.length));
    const perMinute = ((sink.asked.length - askedBefore) * 60_000) / lastsMs;
    await watcher.stop();
    return [
      { what: 'of a core', now: ours.corePercent, floor: floor.corePercent, limit: 0.2, unit: '%' },
      { what: 'wake-ups a second', now: ours.wakeUpsPerSecond, floor: floor.wakeUpsPerSecond, limit: 5, unit: '' },
      { what: 'requests a minute', now: perMinute, limit: 12, unit: '' },
    ];
  },
};
