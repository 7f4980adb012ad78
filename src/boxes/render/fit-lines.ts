// Drops lines of a card until its encoding is as short as the server accepts.

import type { Card } from '../../core/card.ts';
import { earlierLines } from './newest-lines.ts';

/**
 * The lines below the title, oldest first, with a note about missing ones. Drops as few lines as possible, in the card's order, until
 * `fits` is true. `fits` must stay true for fewer lines.
 */
export function fitLines(card: Card, fits: (lines: string[]) => boolean): string[] {
  const all = shown(card, 0);
  if (fits(all)) return all;
  let low = Math.min(1, card.lines.length);
  let high = card.lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(shown(card, middle))) high = middle;
    else low = middle + 1;
  }
  const lines = shown(card, low);
  return fits(lines) ? lines : [];
}

function shown(card: Card, skipped: number): string[] {
  const dropped = card.droppedLines + skipped;
  const gone = new Set(card.dropOrder === undefined ? card.lines.keys().take(skipped) : card.dropOrder.slice(0, skipped));
  return [...(dropped > 0 ? [earlierLines(dropped)] : []), ...card.lines.filter((_, index) => !gone.has(index))];
}
