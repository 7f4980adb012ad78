// Owns the beat of the daemon: boxes and rules learn at it that time has passed, or that the clock jumped.

import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import { watchClock } from './clock-watch.ts';
import { every } from './system-clock.ts';

/** What goes by the time. */
interface Timed {
  tick(): void;
  /** All deadlines move along with the clock. */
  shiftClock(byMs: number): void;
}

interface TimeParts {
  clock: Clock;
  log: Logger;
  board: Timed;
  coordinator(): Timed | undefined;
  /** Another watcher has taken over: what it does with its boxes is not for our rules. */
  isReplaced(): boolean;
  /** What is looked at besides, at every beat. */
  look(): void;
}

const TICK_MS = 500;

/** `noteJump` is for what must not wait for the next beat: a jump is noted before whatever is dated by the new time. */
export function keepTime(parts: TimeParts): { noteJump: () => void; stop: () => void } {
  const { clock, log, board, coordinator } = parts;
  const watch = watchClock(clock, TICK_MS);
  const noteJump = (): void => {
    const byMs = watch.jumpedBy();
    if (byMs === 0) return;
    log.warn({ byMs }, 'The clock was set or the machine slept; all deadlines move along.');
    board.shiftClock(byMs);
    coordinator()?.shiftClock(byMs);
  };
  const passTime = (): void => {
    board.tick();
    if (!parts.isReplaced()) coordinator()?.tick();
  };
  const stop = every(clock, TICK_MS, () => {
    noteJump();
    if (!watch.isBehind()) passTime();
    parts.look();
  });
  return { noteJump, stop };
}
