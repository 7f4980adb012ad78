// Counts what the turns of a box cost, minute by minute.

import type { Spent } from './observation.ts';

interface Minute {
  /** Minutes since the epoch. */
  minute: number;
  usd: number;
  tokens: number;
}

/** Oldest first, the minutes in which nothing was spent left out. */
export type Spending = readonly Minute[];

export interface Sum {
  usd: number;
  tokens: number;
}

const MINUTE_MS = 60_000;
const MAX_MINUTES = 120;
/** A single expensive call is no burn, so the average over so many minutes counts. */
export const WINDOW_MINUTES = 3;

export function withSpent(spending: Spending, { at, costUsd, tokens }: Spent): Spending {
  const minute = Math.floor(at / MINUTE_MS);
  const last = spending.at(-1);
  const before = last?.minute === minute ? last : { minute, usd: 0, tokens: 0 };
  const others = last?.minute === minute ? spending.slice(0, -1) : spending;
  return [...others, { minute, usd: before.usd + costUsd, tokens: before.tokens + tokens }].slice(-MAX_MINUTES);
}

/** What was spent since the minute of that instant. */
export function spentSince(spending: Spending, since: number): Sum {
  const from = Math.floor(since / MINUTE_MS);
  const counted = spending.filter(({ minute }) => minute >= from);
  return { usd: sumOf(counted.map(({ usd }) => usd)), tokens: sumOf(counted.map(({ tokens }) => tokens)) };
}

/** What was spent within the window that ends now. */
export function spentInWindow(spending: Spending, now: number): Sum {
  return spentSince(spending, now - (WINDOW_MINUTES - 1) * MINUTE_MS);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
