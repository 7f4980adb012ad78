// Decides when time alone changes a box: the elapsed time of a silent turn goes on, but not by an edit every few seconds. Pure.

import { type JudgedTree, lastEventAt } from '../../core/status.ts';

const MINUTE_MS = 60_000;
const FIRST_TICKS_MS = [30_000, MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS];
const LATER_TICK_MS = 10 * MINUTE_MS;

/** The last tick at or before `quietMs` of silence, in milliseconds of silence; 0 before the first. */
function lastQuietTick(quietMs: number): number {
  if (quietMs >= 2 * LATER_TICK_MS) return Math.floor(quietMs / LATER_TICK_MS) * LATER_TICK_MS;
  return FIRST_TICKS_MS.findLast((tick) => tick <= quietMs) ?? 0;
}

/** Whether a tick lies between what was shown (`asOf`) and `now`, both measured from the last real event. */
export function isQuietTickDue(eventAt: number, asOf: number, now: number): boolean {
  return lastQuietTick(now - eventAt) > Math.max(0, asOf - eventAt);
}

/** Whether the turn looks different `now` (`judged`) from how it looked when it was `shown`. */
export function isTickDue(shown: JudgedTree, judged: JudgedTree, now: number): boolean {
  const isQuiet = hasOpenTurn(judged) && isQuietTickDue(lastEventAt(judged), shown.session.asOf, now);
  return isQuiet || statesOf(shown) !== statesOf(judged);
}

/** Sub-agents may go on after the turn that spawned them has ended. */
export function hasOpenTurn({ status, childrenByKey }: JudgedTree): boolean {
  return !status.final || Object.values(childrenByKey).some(hasOpenTurn);
}

function statesOf({ status, childrenByKey }: JudgedTree): string {
  return [status.state, ...Object.values(childrenByKey).map(statesOf)].join(' ');
}
