import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../contract.ts';
import { Sink } from '../harness/sink.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { Watcher } from '../harness/watcher.ts';
import { openSessions } from '../load/sessions.ts';

/** Every session gets one event at the same moment. The budget is large, so that every box has its post before that. */
export const burst: Row = {
  name: 'burst',
  title: '1,000 open boxes, one event each at once',
  run: async ({ place, quick, tell }) => {
    const count = quick ? 200 : 1_000;
    const sink = await Sink.start(place);
    const agents = place.folder('agents');
    const sessions = openSessions(agents, count);
    const env = { MAX_ACTIVE_SESSIONS: '0', IDLE_TIMEOUT_S: '86400', EDITS_PER_SECOND: '200:400' };
    const watcher = new Watcher(place, { url: sink.url, agents, env, withProbe: true });
    tell(`waits for ${count} boxes`);
    await waitUntil('every session has its box', () => sink.creates() === count);
    await sleep(quick ? 1_000 : 5_000);
    const { longestMs } = await watcher.loopDelay(async () => {
      for (const session of sessions) session.step();
      await sleep(quick ? 2_000 : 5_000);
    });
    await watcher.stop();
    return [{ what: 'longest block of the event loop', now: longestMs, limit: 10, unit: 'ms' }];
  },
};
