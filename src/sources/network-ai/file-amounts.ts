// Takes numbers and instants from files that anybody may have written: absurd ones are clamped or left out. Pure.

import { asNumber } from '../../core/json-guards.ts';
import { plausibleInstant } from '../coding-agents/plausible-instant.ts';

const MOST = 1_000_000_000_000;

/** A whole number from 0 to a million millions; 0 for what is no number. */
export function countOf(value: unknown): number {
  return Math.min(MOST, Math.max(0, Math.trunc(asNumber(value) ?? 0)));
}

/** From 0 to 1; `undefined` for what is no number. */
export function shareOf(value: unknown): number | undefined {
  const number = asNumber(value);
  return number === undefined ? undefined : Math.min(1, Math.max(0, number));
}

/** Milliseconds since the epoch; `undefined` for what is no instant of this century. */
export function instantOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || value.length > 60) return undefined;
  return plausibleInstant(asNumber(Date.parse(value)));
}

/** The latest of those that are known. */
export function latestOf(instants: Iterable<number | undefined>): number | undefined {
  let latest: number | undefined;
  for (const at of instants) if (at !== undefined && (latest === undefined || at > latest)) latest = at;
  return latest;
}
