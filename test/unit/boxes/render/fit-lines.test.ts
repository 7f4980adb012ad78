// How often an encoding is tried until the lines fit.

import { describe, expect, it } from 'vitest';
import { fitLines } from '../../../../src/boxes/render/fit-lines.ts';
import type { Card } from '../../../../src/core/card.ts';

const LINES = Array.from({ length: 64 }, (_, index) => `line ${index}`);
const CARD: Card = { state: 'active', color: '', title: '', lines: LINES, droppedLines: 0, fallback: '', urgentKey: '', final: false };

function fitted(card: Card, most: number): { lines: string[]; tries: number } {
  let tries = 0;
  const lines = fitLines(card, (some) => {
    tries += 1;
    return some.length <= most;
  });
  return { lines, tries };
}

describe('the lines of a card', () => {
  it('are tried once where all of them fit', () => expect(fitted(CARD, 64)).toEqual({ lines: LINES, tries: 1 }));

  it('are halved where they do not: as few as possible go', () => {
    const { lines, tries } = fitted(CARD, 63);
    expect(lines).toEqual(['◆ … 2 earlier lines', ...LINES.slice(2)]);
    expect(tries).toBeLessThanOrEqual(9);
  });

  it.each([
    ['of a card that has none', { ...CARD, lines: [], droppedLines: 3 }],
    ['of a card with one', { ...CARD, lines: ['x'] }],
  ])('%s are none where not even they fit', (_name, card) => expect(fitted(card, 0).lines).toEqual([]));
});
