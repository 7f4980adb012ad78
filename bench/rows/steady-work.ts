// What many sessions at work cost, one event a second each, and how soon an end is told meanwhile.

import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Figure } from '../contract.ts';
import { parseAll } from '../floors/parse.ts';
import { rateOf } from '../harness/accounting.ts';
import { monotonicMs } from '../harness/monotonic.ts';
import { quantile } from '../harness/quantile.ts';
import { endOf, Sink } from '../harness/sink.ts';
import { type LoopDelay, Watcher } from '../harness/watcher.ts';
import type { Session } from '../load/session.ts';
import { openSessions, workSteadily } from '../load/sessions.ts';

const SECONDS = { warmUp: 20, work: 30, loop: 20, ends: 20, patience: 30 };
const QUICK_SECONDS = { warmUp: 2, work: 4, loop: 2, ends: 2, patience: 5 };

export interface SteadyWork {
  corePercent: number;
  /** Of what was written meanwhile: a watcher that falls behind uses less of a core than it needs. */
  unreadPercent: number;
  msPerEvent: number;
  /** To split and parse the same lines. */
  floorMsPerEvent: number;
  rssMiB: number;
  loop: LoopDelay;
  /** From the append of each end to its request, where a box had its post; what had not come at last counts as long as it was waited for. */
  endsMs: readonly number[];
  /** The same where the box had no post yet. */
  firstEndsMs: readonly number[];
}

export async function measureSteadyWork(bench: Bench, count: number): Promise<SteadyWork> {
  const { place, quick, tell } = bench;
  const seconds = quick ? QUICK_SECONDS : SECONDS;
  const sink = await Sink.start(place);
  const agents = place.folder('agents');
  const sessions = openSessions(agents, count);
  const env = { MAX_ACTIVE_SESSIONS: '0', IDLE_TIMEOUT_S: '86400' };
  const watcher = new Watcher(place, { url: sink.url, agents, env, withProbe: true });
  await watcher.running();
  await watcher.connected();
  tell(`${seconds.warmUp} s to warm up`);
  await workSteadily(sessions, seconds.warmUp);
  tell(`${seconds.work} s of work`);
  const [before, bytesBefore] = [watcher.account(), bytesOf(sessions)];
  const events = await workSteadily(sessions, seconds.work);
  const [after, written] = [watcher.account(), bytesOf(sessions) - bytesBefore];
  tell(`${seconds.loop} s for the delay of the event loop`);
  const loop = await watcher.loopDelay(async () => void (await workSteadily(sessions, seconds.loop)));
  tell(`twice ${seconds.ends} ends, one a second`);
  const isShown = ({ name }: Session): boolean => sink.atMs(name) !== undefined;
  const endsOf = async (wanted: (session: Session) => boolean): Promise<number[]> => {
    const open = sessions.filter((session) => !session.hasEnded);
    return await timeEnds(sink, open, open.filter(wanted).slice(0, seconds.ends), seconds.patience);
  };
  const endsMs = await endsOf(isShown);
  const firstEndsMs = await endsOf((session) => !isShown(session));
  await watcher.stop();
  const floor = parseAll(sessions.map(({ path }) => path));
  const { corePercent, cpuMs } = rateOf(before, after);
  const unreadPercent = Math.max(0, 100 * (1 - (after.readBytes - before.readBytes) / written));
  const perEvent = { msPerEvent: cpuMs / events, floorMsPerEvent: floor.cpuMs / floor.lines };
  return { corePercent, unreadPercent, ...perEvent, rssMiB: after.rssMiB, loop, endsMs, firstEndsMs };
}

export function endFigures({ endsMs, firstEndsMs }: SteadyWork): Figure[] {
  return [
    { what: 'an end until its request, median', now: quantile(endsMs, 0.5), limit: 250, unit: 'ms' },
    { what: 'an end until its request, 99th percentile', now: quantile(endsMs, 0.99), limit: 250, unit: 'ms' },
    ...(firstEndsMs.length === 0
      ? []
      : [{ what: 'the same for a box without a post, 99th percentile', now: quantile(firstEndsMs, 0.99), limit: 250, unit: 'ms' }]),
  ];
}

function bytesOf(sessions: readonly Session[]): number {
  return sessions.reduce((sum, { path }) => sum + statSync(path).size, 0);
}

/** Ends one session a second while the others work. */
async function timeEnds(sink: Sink, open: readonly Session[], ending: readonly Session[], patienceSeconds: number): Promise<number[]> {
  const others = open.filter((session) => !ending.includes(session));
  const work = workSteadily(others, ending.length);
  const ends: { mark: string; atMs: number }[] = [];
  for (const session of ending) {
    ends.push({ mark: endOf(session.name), atMs: monotonicMs() });
    session.end();
    await sleep(1_000);
  }
  await work;
  const isMissing = ({ mark }: { mark: string }): boolean => sink.atMs(mark) === undefined;
  for (let second = 0; second < patienceSeconds && ends.some(isMissing); second++) await workSteadily(others, 1);
  return ends.map(({ mark, atMs }) => (sink.atMs(mark) ?? monotonicMs()) - atMs);
}
