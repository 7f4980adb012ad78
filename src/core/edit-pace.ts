// Parses the pace of ordinary edits. Pure.

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

/** `500ms`, `2s`, `5m`, `1h`; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,6})(ms|s|m|h)$/.exec(text.trim());
  const unitMs = UNIT_MS[match?.[2] ?? ''];
  return match === null || unitMs === undefined ? undefined : Number(match[1]) * unitMs;
}
