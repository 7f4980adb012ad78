import { setTimeout as sleep } from 'node:timers/promises';
import type { Figure, Row } from '../contract.ts';
import { monotonicMs } from '../harness/monotonic.ts';
import { quantile } from '../harness/quantile.ts';
import { endOf, Sink } from '../harness/sink.ts';
import { Watcher } from '../harness/watcher.ts';
import type { Session } from '../load/session.ts';
import { openSessions } from '../load/sessions.ts';

const EVENT_EVERY_S = 10; // of each session: more than the budget bears, and little beside it
const SECONDS = { warmUp: 40, changes: 20, patience: 10 };
const QUICK_SECONDS = { warmUp: 10, changes: 4, patience: 5 };
const LIMIT_MS = 250;

/** One session ends each second while the others use up the budget of five requests a second. */
function urgentRow(name: string, count: number): Row {
  return {
    name,
    title: `${count.toLocaleString('en')} sessions use up the budget, one urgent change a second`,
    run: async (bench) => {
      const { place, quick, tell } = bench;
      const { warmUp, changes, patience } = quick ? QUICK_SECONDS : SECONDS;
      const sink = await Sink.start(place);
      const agents = place.folder('agents');
      const sessions = openSessions(agents, count);
      const env = { MAX_ACTIVE_SESSIONS: '0', IDLE_TIMEOUT_S: '86400' };
      const watcher = new Watcher(place, { url: sink.url, agents, env });
      await watcher.running();
      await watcher.connected();
      tell(`${warmUp} s to warm up`);
      await work(sessions, warmUp);
      const isShown = ({ name: mark }: Session): boolean => sink.atMs(mark) !== undefined;
      const timeEnds = async (ending: readonly Session[]): Promise<number[]> => {
        tell(`${ending.length} ends, one a second`);
        return await endEach(sink, sessions, ending, patience);
      };
      const shownMs = await timeEnds(sessions.filter(isShown).slice(0, changes));
      const unshown = sessions.filter((session) => !isShown(session)).slice(-changes); // those at the end of the queue
      const firstMs = unshown.length === 0 ? [] : await timeEnds(unshown);
      await watcher.stop();
      return [...figures('an end until its request', shownMs), ...figures('the same for a box without a post', firstMs)];
    },
  };
}

export const urgentAtHundred = urgentRow('urgent-100', 100);
export const urgentAtThousand = urgentRow('urgent-1000', 1_000);

function figures(what: string, timesMs: readonly number[]): Figure[] {
  if (timesMs.length === 0) return [];
  return [
    { what: `${what}, median`, now: quantile(timesMs, 0.5), unit: 'ms' },
    { what: `${what}, 99th percentile`, now: quantile(timesMs, 0.99), limit: LIMIT_MS, unit: 'ms' },
  ];
}

/** One event of each session within `EVENT_EVERY_S`, spread evenly. */
async function work(sessions: readonly Session[], seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    for (const [number, session] of sessions.entries())
      if (number % EVENT_EVERY_S === second % EVENT_EVERY_S && !session.hasEnded) session.step();
    await sleep(1_000);
  }
}

/** From the end of each to its request. What has not come at last counts as long as it was waited for. */
async function endEach(sink: Sink, sessions: readonly Session[], ending: readonly Session[], patienceSeconds: number): Promise<number[]> {
  const others = sessions.filter((session) => !ending.includes(session));
  const working = work(others, ending.length);
  const ends: { mark: string; atMs: number }[] = [];
  for (const session of ending) {
    await sleep(1_000);
    ends.push({ mark: endOf(session.name), atMs: monotonicMs() });
    session.end();
  }
  await working;
  const isMissing = ({ mark }: { mark: string }): boolean => sink.atMs(mark) === undefined;
  for (let second = 0; second < patienceSeconds && ends.some(isMissing); second++) await work(others, 1);
  return ends.map(({ mark, atMs }) => (sink.atMs(mark) ?? monotonicMs()) - atMs);
}
