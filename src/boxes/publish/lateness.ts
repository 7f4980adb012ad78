// Says when the budget keeps boxes behind, and which budget would do. Pure, but for the log that it is given.

import type { RepeatLog } from '../../core/repeat-log.ts';

const LATE_MS = 30_000; // beyond the pace of a box: a person who watches it takes it for dead
const IN_TIME_MS = 10_000;
const GOOD_MS = 20_000;
const MOST_PER_SECOND = 1_000; // what EDITS_PER_SECOND takes

/** What would help when boxes are `behindMs` behind at that rate, for people. */
export function describeLateness(behindMs: number, perSecond: number): string {
  const wanted = Math.min(MOST_PER_SECOND, roundUp((perSecond * behindMs) / GOOD_MS));
  const behind = `boxes are up to ${seconds(behindMs)} behind`;
  if (wanted <= perSecond) return behind;
  return `${behind}; EDITS_PER_SECOND=${wanted} would make it ${seconds((behindMs * perSecond) / wanted)}`;
}

/** Call with how long the oldest change has waited for the budget: logs when boxes fall behind, and when they have caught up. */
export function logLateness(repeats: RepeatLog, waitedMs: number, perSecond: number): void {
  const behindMs = Math.round(waitedMs);
  if (waitedMs >= LATE_MS)
    repeats.failed('late', { behindMs, perSecond }, `The budget of requests is spent: ${describeLateness(waitedMs, perSecond)}.`);
  if (waitedMs < IN_TIME_MS) repeats.recovered('late', { behindMs }, 'Boxes are up to date again within the budget.');
}

/** The next number that people would choose: 1, 2 or 5, with zeros. */
function roundUp(perSecond: number): number {
  const unit = 10 ** Math.floor(Math.log10(perSecond));
  return unit * ([1, 2, 5].find((step) => unit * step >= perSecond) ?? 10);
}

function seconds(ms: number): string {
  return `${Math.max(1, Math.round(ms / 1_000))} s`;
}
