// Signs that real gateways left behind, played as files with their times: what a person sees, and when.

import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../src/core/turn.ts';
import { answered, readLog, stopped, type WrittenTurn } from './index-and-locks.ts';
import { playSituation, type Seen } from './situation.ts';

const AFTER_MS = 200_000; // until nothing that was left behind is believed any more
const SOON_MS = 5_000; // it took 24 s and more while what was left behind was believed
const PLAY_MS = 60_000; // real time, on a machine that may be busy

interface Played {
  /** The states of every box of a thread, in order, each with the instant at which it was first shown. */
  boxesOf(thread: string): { state: string; at: number }[][];
}

async function play(version: string, turns: readonly WrittenTurn[]): Promise<Played> {
  const log = readLog(version, turns);
  const until = log.endedAt - log.startedAt + AFTER_MS;
  const seen = await playSituation({ before: [], steps: log.steps, until }, log.startedAt);
  const byBox = Map.groupBy(seen.views, ({ boxId }) => boxId);
  const boxesOf = (thread: string) =>
    [...byBox].filter(([boxId]) => boxId.startsWith(fingerprint(log.keyOf(thread)))).map(([, views]) => statesOf(views, log.startedAt));
  return { boxesOf };
}

function statesOf(views: Seen['views'], startedAt: number): { state: string; at: number }[] {
  const states = views.map(({ at, title }) => ({ state: /^\[[A-Z]+\]/.exec(title)?.[0] ?? title, at: startedAt + at }));
  return states.filter(({ state }, index) => state !== states[index - 1]?.state);
}

/** How a box of the only turn of a thread went, and how long after `at` it came to its end. */
function only(played: Played, thread: string, at: number): { states: string[]; afterMs: number } {
  const [box = [], ...others] = played.boxesOf(thread);
  expect(others).toEqual([]);
  return { states: box.map(({ state }) => state), afterMs: (box.at(-1)?.at ?? 0) - at };
}

const cases = [
  {
    version: '2026.4.15',
    leaves: 'its row',
    stop: ['sn7pw1', 1_795_733_822_540],
    done: ['41mzps', 1_795_733_823_100],
    cut: ['nogdy7', 1_795_733_848_524],
  },
  {
    version: '2026.5.28',
    leaves: 'its lock',
    stop: ['nauxx6', 1_795_733_392_300],
    done: ['jb5i5e', 1_795_733_390_300],
    cut: ['7s4mqt', 1_795_733_415_608],
  },
] as const;

describe('with the index and the locks of a real gateway, played as files', () => {
  it.each(cases)(
    '$version: a stopped turn is aborted at once and stays it, although it leaves $leaves behind; one that the gateway cuts off as it stops is soon lost',
    async ({ version, stop, done, cut }) => {
      const played = await play(version, [
        { thread: stop[0], next: [{ at: stop[1], lines: stopped(stop[1]) }] },
        { thread: done[0], next: [{ at: done[1], lines: answered(done[1]) }] },
        { thread: cut[0], next: [] },
      ]);
      const ends = [stop, done, cut].map(([thread, at]) => only(played, thread, at));
      expect(ends.map(({ states }) => states.join(' '))).toEqual(['[ACTIVE] [ABORTED]', '[ACTIVE] [DONE]', '[ACTIVE] [LOST]']);
      expect(ends[0]?.afterMs).toBeLessThan(SOON_MS);
      expect(ends[1]?.afterMs).toBeLessThan(SOON_MS);
      expect(ends[2]?.afterMs).toBeLessThan(10_000);
    },
    PLAY_MS,
  );
});
