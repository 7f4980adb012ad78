// The one timer of the daemon for whatever time alone brings about. At each tick time has passed, or the clock jumped.

import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import { watchClock } from './clock-watch.ts';

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

export interface Ticks {
  /** Call before you use the new time outside a tick: a jump must shift the deadlines first. */
  checkJump(): void;
  /** Asks for a tick at that instant (wall clock) or soon after it; infinity asks for none. */
  tickAt(instant: number): void;
  stop(): void;
}

const LOOK_MS = 2_000; // often enough to notice that the clock jumped or that the process stood still
const DISTANCE_MS = 500; // what is due within this time is done together

export function startTicks({ clock, log, tick, shiftClock, afterTick }: TickParts): Ticks {
  const watch = watchClock(clock, LOOK_MS);
  let nextAt = clock.monotonic();
  let timer: { dueAt: number; cancel: () => void } | undefined;

  function checkJump(): void {
    const byMs = watch.jumpedBy();
    if (byMs === 0) return;
    log.warn({ byMs }, 'The clock was set or the machine slept; all deadlines were moved with it.');
    shiftClock(byMs);
  }

  function run(): void {
    timer = undefined;
    nextAt = clock.monotonic() + DISTANCE_MS;
    checkJump();
    if (!watch.isBehind()) tick();
    afterTick();
    start(LOOK_MS);
  }

  function start(delayMs: number): void {
    const now = clock.monotonic();
    const dueAt = Math.max(nextAt, now + delayMs);
    if (timer !== undefined && timer.dueAt <= dueAt) return;
    timer?.cancel();
    timer = { dueAt, cancel: clock.after(dueAt - now, run) };
  }

  function tickAt(instant: number): void {
    if (instant < Number.POSITIVE_INFINITY) start(instant - clock.now());
  }

  start(0);
  return { checkJump, tickAt, stop: () => timer?.cancel() };
}
