// Adds to a box how rarely it is updated, where a reader could take it for dead. Pure.

import type { Card } from '../../core/card.ts';
import { OUR_MARK } from '../../text/neutralise.ts';

const DEAD_MS = 30_000; // twice the longest distance of the default pace
const STEP_MS = 10_000;

/** Whether edits that far apart look as if the box were dead. */
export function looksDead(everyMs: number): boolean {
  return everyMs >= DEAD_MS;
}

/** The card with a line that says how far apart its edits are, when that has to be said. */
export function withDistance(card: Card, everyMs: number): Card {
  if (!looksDead(everyMs)) return card;
  return { ...card, lines: [...card.lines, `${OUR_MARK} updates every ${inWords(everyMs)}`] };
}

function inWords(everyMs: number): string {
  const seconds = (Math.round(everyMs / STEP_MS) * STEP_MS) / 1_000;
  return seconds < 120 ? `${seconds}s` : `${Math.round(seconds / 60)}m`;
}
