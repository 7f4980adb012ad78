// The pace of ordinary edits: how far apart they are as a turn gets older, and its text form `2s, 1m:5s, 5m:15s`.

import { type Decoded, type TextForm, textForm } from './setting.ts';

/** From this age of a turn on, ordinary edits of its box are at least `everyMs` apart. */
export interface PaceStep {
  readonly fromMs: number;
  readonly everyMs: number;
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const MAX_DISTANCE_MS = 3_600_000; // A box that changes less than once an hour would look dead.

/** Steps with growing ages; the first one starts at age 0. Durations are numbers with `ms`, `s`, `m` or `h`. */
export function pace(): TextForm<readonly PaceStep[]> {
  const expected = 'a distance, then age:distance pairs with growing ages, such as "2s, 1m:5s, 5m:15s" (units ms, s, m, h; distances up to 1h)';
  return textForm(expected, decodePace, encodePace);
}

function decodePace(text: string): Decoded<readonly PaceStep[]> {
  const steps: PaceStep[] = [];
  for (const part of text.split(',')) {
    const step = decodeStep(part.trim());
    if (!step) return { wrong: undefined };
    const before = steps.at(-1);
    if (before ? step.fromMs <= before.fromMs : step.fromMs !== 0) return { wrong: `has its ages out of order at ${JSON.stringify(part.trim())}` };
    steps.push(step);
  }
  return { value: steps };
}

function decodeStep(part: string): PaceStep | undefined {
  const [first, second, ...rest] = part.split(':').map((piece) => durationMs(piece.trim()));
  if (first === undefined || rest.length > 0) return undefined;
  const step = part.includes(':') ? { fromMs: first, everyMs: second } : { fromMs: 0, everyMs: first };
  if (step.everyMs === undefined || step.everyMs > MAX_DISTANCE_MS) return undefined;
  return { fromMs: step.fromMs, everyMs: step.everyMs };
}

function durationMs(text: string): number | undefined {
  const match = /^(\d{1,7})(ms|s|m|h)$/.exec(text);
  const unitMs = UNITS_MS[match?.[2] ?? ''];
  return match && unitMs !== undefined ? Number(match[1]) * unitMs : undefined;
}

function encodePace(steps: readonly PaceStep[]): string {
  return steps.map(({ fromMs, everyMs }) => (fromMs === 0 ? durationText(everyMs) : `${durationText(fromMs)}:${durationText(everyMs)}`)).join(', ');
}

function durationText(ms: number): string {
  const unit = ['h', 'm', 's'].find((name) => ms > 0 && ms % (UNITS_MS[name] ?? 1) === 0) ?? 'ms';
  return `${ms / (UNITS_MS[unit] ?? 1)}${unit}`;
}
