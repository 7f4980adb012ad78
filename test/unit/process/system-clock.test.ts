import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
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

  it('never calls before the time has passed by its own monotonic count', async () => {
    const missingMs: number[] = [];
    const chain = (rest: number, done: () => void): void => {
      if (rest === 0) return done();
      const delayMs = (rest * 7.31) % 20;
      const dueAt = systemClock.monotonic() + delayMs;
      systemClock.after(delayMs, () => {
        missingMs.push(dueAt - systemClock.monotonic());
        chain(rest - 1, done);
      });
    };
    await Promise.all(Array.from({ length: 40 }, (_, at) => new Promise<void>((done) => chain(5 + (at % 5), done))));
    expect(missingMs.length).toBeGreaterThan(200);
    expect(Math.max(...missingMs)).toBeLessThanOrEqual(0);
  });

  it('cancels a timer that it waits for again', async () => {
    let calls = 0;
    const cancels = Array.from({ length: 100 }, (_, at) => systemClock.after(1.01 + at / 50, () => (calls += 1)));
    for (const cancel of cancels) cancel();
    await sleep(20);
    expect(calls).toBe(0);
  });
});
