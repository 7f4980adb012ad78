// The text form of the pace: `2s, 1m:5s, 5m:15s`.

import { type Pace, parsePace } from '../core/edit-pace.ts';
import { type TextForm, textForm } from './setting.ts';

const MAX_INTERVAL_MS = 3_600_000; // A box that changes less often than once an hour would look dead.
const EXPECTED =
  'a distance, then age:distance pairs with growing ages, such as "2s, 1m:5s, 5m:15s" (units ms, s, m, h; distances up to 1h)';

/** Steps with growing ages; the first one starts at age 0. */
export function pace(): TextForm<Pace> {
  const decode = (text: string) => {
    const value = parsePace(text);
    return value?.every(({ intervalMs }) => intervalMs <= MAX_INTERVAL_MS) ? { value } : { wrong: undefined };
  };
  return textForm(EXPECTED, decode, encodePace);
}

function encodePace(steps: Pace): string {
  return steps
    .map(({ fromAgeMs, intervalMs }, index) =>
      index === 0 ? durationText(intervalMs) : `${durationText(fromAgeMs)}:${durationText(intervalMs)}`,
    )
    .join(', ');
}

const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** `5m`, in the greatest unit that gives a whole number. */
export function durationText(ms: number): string {
  const unit = UNITS.find(([, unitMs]) => ms > 0 && ms % unitMs === 0);
  return unit ? `${ms / unit[1]}${unit[0]}` : `${ms}ms`;
}
