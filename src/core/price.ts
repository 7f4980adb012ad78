// What model calls cost by the operator's prices. A model without a price costs nothing that we know of.

import type { Usage } from './event.ts';
import { matchesPattern } from './name-list.ts';

const PARTS = ['input', 'output', 'cacheRead', 'cacheWrite'] as const;
const TOKENS = 1_000_000; // prices are for so many

/** In US dollars per million tokens. */
export type Price = Readonly<Record<(typeof PARTS)[number], number>>;

/** By the name of the model, or a pattern in which `*` stands for any characters. */
export type Prices = Readonly<Record<string, Price>>;

/** The parts that a price must have. */
export const PRICE_PARTS: readonly string[] = PARTS;

/** In US dollars; 0 where no price is known. The model's own name goes before patterns, and the first pattern counts. */
export function costOf(prices: Prices, model: string | undefined, usage: Usage): number {
  const name = model ?? '';
  const key = Object.hasOwn(prices, name) ? name : Object.keys(prices).find((pattern) => matchesPattern(pattern, name));
  const price = model === undefined || key === undefined ? undefined : prices[key];
  return price === undefined ? 0 : PARTS.reduce((sum, part) => sum + (usage[part] * price[part]) / TOKENS, 0);
}
