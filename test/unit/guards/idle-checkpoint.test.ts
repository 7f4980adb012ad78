import { expect, it } from 'vitest';
import { soon } from '../../../src/process/system-clock.ts';
import { FakeClock } from '../../support/clock.ts';

it('what is to be written soon takes one timer however much it is, and none where there is nothing', async () => {
  const clock = new FakeClock();
  let written = 0;
  const flush = soon(clock, 250, () => void (written += 1));
  await clock.advance(60_000);
  expect(clock.timers).toBe(0);
  for (let count = 0; count < 100; count += 1) flush.ask();
  await clock.advance(250);
  await clock.advance(60_000);
  expect([clock.timers, written]).toEqual([1, 1]);
  flush.ask();
  flush.stop();
  await clock.advance(60_000);
  expect([clock.timers, clock.pending(), written]).toEqual([2, 0, 1]);
});
