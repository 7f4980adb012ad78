// Many sessions at work at once.

import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../harness/monotonic.ts';
import { markOf } from '../harness/sink.ts';
import { berthsIn } from './folder.ts';
import { Session } from './session.ts';

const TICK_MS = 10;

/** Opens so many sessions below `root`: each has a turn whose first call runs. */
export function openSessions(root: string, count: number): Session[] {
  return berthsIn(root, count).map(({ path, sessionId, number }) => new Session(path, sessionId, markOf('s', number)));
}

/** One event a second of each session for so long, spread evenly. Resolves with the number of events. */
export async function workSteadily(sessions: readonly Session[], seconds: number): Promise<number> {
  const startedAt = monotonicMs();
  const total = sessions.length * seconds;
  let done = 0;
  while (done < total) {
    const due = Math.min(total, Math.floor(((monotonicMs() - startedAt) / 1_000) * sessions.length));
    for (; done < due; done++) sessions[done % sessions.length]?.step();
    await sleep(TICK_MS);
  }
  return done;
}
