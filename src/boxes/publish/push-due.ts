// Says when the next push of one box is due, by its pace alone. Pure; knows no budget, no server and no clock.

import type { Pace } from '../../core/edit-pace.ts';

/** All instants are of one clock, in milliseconds. `lastPushAt` is when the last push of the box ended, `bornAt` when its turn began. */
export interface PushTiming {
  lastPushAt: number | undefined;
  bornAt: number;
  urgent: boolean;
  throttleMs: number;
  pace: Pace;
}

/**
 * The earliest instant for the next push. The first push is due at once. An urgent change waits for the throttle only.
 * An ordinary change waits for the interval of the turn's age at the last push, and at least for the throttle.
 */
export function nextDueAt({ lastPushAt, bornAt, urgent, throttleMs, pace }: PushTiming): number {
  if (lastPushAt === undefined) return 0;
  if (urgent) return lastPushAt + throttleMs;
  return lastPushAt + Math.max(throttleMs, intervalAt(pace, lastPushAt - bornAt));
}

function intervalAt(pace: Pace, ageMs: number): number {
  let intervalMs = 0;
  for (const step of pace) if (ageMs >= step.fromAgeMs) intervalMs = step.intervalMs;
  return intervalMs;
}
