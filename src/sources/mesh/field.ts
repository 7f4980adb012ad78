// Narrows fields of records of the mesh.

import { asList, asNumber, asText } from '../../core/json-guards.ts';
import { plausibleInstant } from '../coding-agents/plausible-instant.ts';

/** The instant of an ISO date or of milliseconds since the epoch. */
export function asInstant(value: unknown): number | undefined {
  if (typeof value === 'number') return plausibleInstant(value);
  return typeof value === 'string' ? plausibleInstant(Date.parse(value)) : undefined;
}

const MOST = 1_000_000_000;
const DIGITS = 1_000_000; // of a cost in dollars

/** How much or how many of something: what nobody can have is the most or the least that somebody could. */
export function asAmount(value: unknown): number | undefined {
  const number = asNumber(value);
  return number === undefined ? undefined : Math.round(Math.min(MOST, Math.max(0, number)) * DIGITS) / DIGITS;
}

/** The latest of those that there are. */
export function latest(...instants: readonly (number | undefined)[]): number {
  return Math.max(0, ...instants.filter((at) => at !== undefined));
}

/** The first texts of a list. */
export function asTexts(value: unknown, most: number): readonly string[] {
  return asList(value)
    .slice(0, most)
    .flatMap((item) => asText(item) ?? []);
}
