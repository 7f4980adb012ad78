import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/process/system-clock.ts';

describe('the clock of the system', () => {
  it('runs what is due at once in the next turn of the event loop, in order, unless it is cancelled', async () => {
    const ran: string[] = [];
    systemClock.after(0, () => ran.push('first'));
    systemClock.after(0, () => ran.push('cancelled'))();
    systemClock.after(-5, () => ran.push('second'));
    expect(ran).toEqual([]);
    await nextTurn();
    expect(ran).toEqual(['first', 'second']);
  });
});
