// Owns the beat of the daemon: at each one time has passed, or the clock jumped.

import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import { watchClock } from './clock-watch.ts';
import { every } from './system-clock.ts';

interface TimeParts {
  clock: Clock;
  log: Logger;
  /** Time has passed. Not called while it is not known what went on meanwhile. */
  tick(): void;
  /** All deadlines move along with the clock. */
  shiftClock(byMs: number): void;
  /** What is looked at besides, at every beat. */
  look(): void;
}

const TICK_MS = 500;

/** `noteJump` is for what must not wait for the next beat: a jump is noted before whatever is dated by the new time. */
export function keepTime({ clock, log, tick, shiftClock, look }: TimeParts): { noteJump: () => void; stop: () => void } {
  const watch = watchClock(clock, TICK_MS);
  const noteJump = (): void => {
    const byMs = watch.jumpedBy();
    if (byMs === 0) return;
    log.warn({ byMs }, 'The clock was set or the machine slept; all deadlines move along.');
    shiftClock(byMs);
  };
  const stop = every(clock, TICK_MS, () => {
    noteJump();
    if (!watch.isBehind()) tick();
    look();
  });
  return { noteJump, stop };
}
