// Narrows fields of records of the mesh.

import { asList, asText } from '../../core/json-guards.ts';
import { plausibleInstant } from '../coding-agents/plausible-instant.ts';

/** The instant of an ISO date or of milliseconds since the epoch. */
export function asInstant(value: unknown): number | undefined {
  if (typeof value === 'number') return plausibleInstant(value);
  return typeof value === 'string' ? plausibleInstant(Date.parse(value)) : undefined;
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
