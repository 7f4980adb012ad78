// What a burst of events costs: work that concerns all boxes is done once for the burst, not once for each box in it.

import { describe, expect, it } from 'vitest';
import { BoardHarness } from './board-harness.ts';

const BOXES = 1_000;
const key = (index: number): string => `agent:a${index % 10}:main:${index}`;

describe('a burst of events of a thousand sessions', () => {
  it.each([0, 20])('shares out the slots once, with a limit of %i', async (maxBoxes) => {
    let shares = 0;
    const desk = new BoardHarness({ maxBoxes, onShare: () => (shares += 1), policy: { openAfterMs: 0 } });
    shares = 0;
    for (let index = 0; index < BOXES; index++) desk.ask(key(index));
    await desk.clock.advance(1);
    expect(desk.board.entries().filter(({ phase }) => phase === 'placed')).toHaveLength(BOXES);
    expect(shares).toBe(2); // for the burst, and for all the answers to where they belong
    const shown = desk.views.length;
    for (let index = 0; index < BOXES; index++) desk.call('c', key(index));
    await desk.clock.advance(1);
    expect(shares).toBe(3);
    expect(desk.views.length - shown).toBe(maxBoxes === 0 ? BOXES : maxBoxes);
  });
});
