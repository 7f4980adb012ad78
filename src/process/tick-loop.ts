// The ticks of the daemon: at each tick time has passed, or the clock jumped.

import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import { watchClock } from './clock-watch.ts';
import { every } from './system-clock.ts';

interface TickParts {
  clock: Clock;
  log: Logger;
  /** Time has passed. Not called until the sources have caught up after a standstill. */
  tick(): void;
  /** The clock jumped: all deadlines move with it. */
  shiftClock(byMs: number): void;
  /** Called at the end of every tick. */
  afterTick(): void;
}

const TICK_MS = 500;

/** Call `checkJump` before you use the new time outside a tick: a jump must shift the deadlines first. */
export function startTicks({ clock, log, tick, shiftClock, afterTick }: TickParts): { checkJump: () => void; stop: () => void } {
  const watch = watchClock(clock, TICK_MS);
  const checkJump = (): void => {
    const byMs = watch.jumpedBy();
    if (byMs === 0) return;
    log.warn({ byMs }, 'The clock was set or the machine slept; all deadlines were moved with it.');
    shiftClock(byMs);
  };
  const stop = every(clock, TICK_MS, () => {
    checkJump();
    if (!watch.isBehind()) tick();
    afterTick();
  });
  return { checkJump, stop };
}
