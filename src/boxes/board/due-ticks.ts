// Decides when time alone changes a box: the elapsed time of a silent turn goes on, but not by an edit every few seconds. Pure.

import type { JudgedTree } from '../../core/status.ts';

const MINUTE_MS = 60_000;
const FIRST_TICKS_MS = [30_000, MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS];
const LATER_TICK_MS = 10 * MINUTE_MS;

/** The next tick of a turn that was shown as of `asOf`, `eventAt` being its last real event. */
export function nextQuietTickAt(eventAt: number, asOf: number): number {
  const shownMs = Math.max(0, asOf - eventAt);
  const tickMs = FIRST_TICKS_MS.find((tick) => tick > shownMs) ?? (Math.floor(shownMs / LATER_TICK_MS) + 1) * LATER_TICK_MS;
  return eventAt + tickMs;
}

/** Whether any state in the tree is another `now` (`judged`) than it was `shown`. */
export function isStateNew(shown: JudgedTree, judged: JudgedTree): boolean {
  return statesOf(shown) !== statesOf(judged);
}

/** Sub-agents may go on after the turn that spawned them has ended. */
export function hasOpenTurn({ status, childrenByKey }: JudgedTree): boolean {
  return !status.final || Object.values(childrenByKey).some(hasOpenTurn);
}

function statesOf({ status, childrenByKey }: JudgedTree): string {
  return [status.state, ...Object.values(childrenByKey).map(statesOf)].join(' ');
}
