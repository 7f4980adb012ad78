// Decides when the box of a silent turn is redrawn: its elapsed time goes on, but not by an edit every few seconds. Pure.

const MINUTE_MS = 60_000;
const FIRST_TICKS_MS = [30_000, MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS];
const LATER_TICK_MS = 10 * MINUTE_MS;

/** The last tick at or before `quietMs` of silence, in milliseconds of silence; 0 before the first. */
function lastQuietTick(quietMs: number): number {
  if (quietMs >= 2 * LATER_TICK_MS) return Math.floor(quietMs / LATER_TICK_MS) * LATER_TICK_MS;
  return FIRST_TICKS_MS.findLast((tick) => tick <= quietMs) ?? 0;
}

/** Whether a tick lies between what was shown (`asOf`) and `now`, both measured from the last real event. */
export function isQuietTickDue(lastEventAt: number, asOf: number, now: number): boolean {
  return lastQuietTick(now - lastEventAt) > Math.max(0, asOf - lastEventAt);
}
