// What a burst of events costs: work that concerns all boxes is done once for the burst, not once for each box in it.

import { describe, expect, it } from 'vitest';
import { BoardHarness } from './board-harness.ts';
import { SlowClock } from '../../../support/clock.ts';

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
    expect(shares).toBe(1); // for all the answers to where they belong
    const shown = desk.views.length;
    for (let index = 0; index < BOXES; index++) desk.call('c', key(index));
    await desk.clock.advance(1);
    expect(shares).toBe(1); // no box needs more or less than before
    expect(desk.views.length - shown).toBe(maxBoxes === 0 ? BOXES : maxBoxes);
  });

  it('shares the slots out again when a box ends, is quiet or is not quiet any more', async () => {
    let shares = 0;
    const desk = new BoardHarness({ maxBoxes: 20, onShare: () => (shares += 1), policy: { openAfterMs: 0 } });
    for (let index = 0; index < 30; index++) desk.ask(key(index));
    await desk.pass(1);
    const since = async (act: () => void, seconds = 1): Promise<number> => {
      shares = 0;
      act();
      await desk.pass(seconds);
      return shares;
    };
    expect(await since(() => desk.say('tools', 'text', key(0)))).toBe(0);
    expect(await since(() => desk.say('stop', 'text', key(0)))).toBe(1);
    expect(await since(() => undefined, 40)).toBeGreaterThan(0);
    expect(await since(() => desk.say('tools', 'text', key(1)))).toBe(1);
  });

  it('holds up the event loop for no longer than a slice at a time, and leaves nothing out', async () => {
    const clock = new SlowClock();
    const desk = new BoardHarness({ maxBoxes: 0, policy: { openAfterMs: 0 }, clock });
    for (let index = 0; index < BOXES; index++) desk.ask(key(index));
    await desk.clock.advance(1_000);
    for (let index = 0; index < BOXES; index++) desk.call('c', key(index));
    let shown = desk.views.length;
    const slices: number[] = [];
    clock.onTimer = () => {
      slices.push(desk.views.length - shown);
      shown = desk.views.length;
    };
    await clock.advance(10);
    clock.onTimer();
    expect(slices.reduce((sum, count) => sum + count)).toBe(BOXES);
    expect(Math.max(...slices)).toBeLessThan(100);
    desk.path.interrupt();
    expect(desk.titles().every((title) => title.startsWith('[INTERRUPTED]'))).toBe(true);
  });
});
