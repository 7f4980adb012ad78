// What the daemon does because time passes: ticks, what is written soon after a change, a warning that comes later.

import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import type { Releases } from '../process/releases.ts';
import { every, soon } from '../process/system-clock.ts';
import { startTicks, type Ticks } from '../process/tick-loop.ts';
import type { PostStore } from '../store/post-store.ts';
import type { TwinSink } from '../takeover/twin.ts';
import type { Chat } from './chat.ts';
import type { EventPath } from './event-path.ts';

const STATE_FLUSH_MS = 250; // a crash repeats at most this much reading
const MOST_UNWRITTEN = 100; // files: 73 µs each, all in one turn of the event loop
const PRIVACY_WARNING_MS = 10_000; // by then running sessions have requested a box

interface TimeParts {
  clock: Clock;
  log: Logger;
  path: Pick<EventPath, 'tick' | 'shiftClock'>;
  /** The next two are absent where nothing is posted. */
  twin?: Pick<TwinSink, 'check'>;
  chat?: Pick<Chat, 'checkIfIdle'>;
  state: { readonly posts: Pick<PostStore, 'openPostIds'>; flush(): void };
  warnOfPrivacy(): void;
}

export interface PassingTime extends Ticks {
  /**
   * Something changed that must survive a crash, and so many files were read on since all was written. What nobody tells is written at
   * the next tick.
   */
  flushSoon(unwritten?: number): void;
}

/** Goes on until `releases` are run. */
export function startTime({ clock, log, path, twin, chat, state, warnOfPrivacy }: TimeParts, releases: Releases): PassingTime {
  const ticks = startTicks({
    clock,
    log,
    tick: () => path.tick(),
    shiftClock: (byMs) => path.shiftClock(byMs),
    afterTick: () => {
      void twin?.check(state.posts.openPostIds());
      chat?.checkIfIdle();
      state.flush();
    },
  });
  const flush = soon(clock, STATE_FLUSH_MS, () => state.flush());
  releases.add(
    () => ticks.stop(),
    () => flush.stop(),
    every(clock, PRIVACY_WARNING_MS, warnOfPrivacy),
  );
  flush.ask();
  return { ...ticks, flushSoon: (unwritten = 0) => (unwritten < MOST_UNWRITTEN ? flush.ask() : state.flush()) };
}
