// When the next push of one box is due, as far as the box alone decides. Pure; knows no budget, no server and no clock.

/** From which age of a turn on (`fromAgeMs`) ordinary edits keep which distance (`intervalMs`). Ages ascend from 0. */
export type Pace = readonly { readonly fromAgeMs: number; readonly intervalMs: number }[];

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * Reads a pace such as `2s, 1m:5s, 5m:15s`: every 2 s, after a minute every 5 s, after five minutes every 15 s.
 * The first step holds from age 0 and ages must ascend. Answers `undefined` for anything else.
 */
export function parsePace(spec: string): Pace | undefined {
  const steps: { fromAgeMs: number; intervalMs: number }[] = [];
  for (const [index, part] of spec.split(',').entries()) {
    const step = parseStep(part.trim(), index === 0);
    const last = steps.at(-1);
    if (step === undefined || (last !== undefined && step.fromAgeMs <= last.fromAgeMs)) return undefined;
    steps.push(step);
  }
  return steps;
}

function parseStep(part: string, isFirst: boolean): { fromAgeMs: number; intervalMs: number } | undefined {
  const fields = part.split(':');
  const wanted = isFirst ? 1 : 2;
  if (fields.length !== wanted) return undefined;
  const intervalMs = parseDuration(fields[wanted - 1] ?? '');
  const fromAgeMs = isFirst ? 0 : parseDuration(fields[0] ?? '');
  return intervalMs === undefined || fromAgeMs === undefined ? undefined : { fromAgeMs, intervalMs };
}

function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,6})(ms|s|m|h)$/.exec(text.trim());
  const unitMs = UNIT_MS[match?.[2] ?? ''];
  return match === null || unitMs === undefined ? undefined : Number(match[1]) * unitMs;
}

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
