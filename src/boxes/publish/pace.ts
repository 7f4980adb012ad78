// When the next push of one box is due, as far as the box alone decides. Pure; knows no budget, no server and no clock.

import type { Pace } from '../../core/pace.ts';

/** Everything on one time axis, in milliseconds: `lastPushAt` is when the last push of the box was over, `bornAt` when its turn began. */
export interface PaceQuestion {
  lastPushAt: number | undefined;
  bornAt: number;
  urgent: boolean;
  throttleMs: number;
  pace: Pace;
}

/**
 * The earliest instant for the next push. The leading edge is due at once; an urgent change waits for the throttle only;
 * an ordinary one keeps the distance that the turn's age at the last push asks for, and never less than the throttle.
 */
export function nextDueAt({ lastPushAt, bornAt, urgent, throttleMs, pace }: PaceQuestion): number {
  if (lastPushAt === undefined) return 0;
  if (urgent) return lastPushAt + throttleMs;
  return lastPushAt + Math.max(throttleMs, intervalAt(pace, lastPushAt - bornAt));
}

function intervalAt(pace: Pace, ageMs: number): number {
  let intervalMs = 0;
  for (const step of pace) if (ageMs >= step.fromAgeMs) intervalMs = step.intervalMs;
  return intervalMs;
}
