import { expect, it } from 'vitest';
import { BusLink } from '../../../src/fleet/bus-link.ts';
import { FakeClock } from '../../support/clock.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

it('a link stops at once while a connection is being made, and makes no other one', async () => {
  const clock = new FakeClock();
  let attempts = 0;
  const hangs = new Promise<never>(() => undefined);
  const link = new BusLink({
    clock,
    log: quiet,
    connect: () => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(new Error('nobody answers')) : hangs;
    },
    onConnected: async () => undefined,
  });
  link.start();
  await clock.advance(5_000);
  expect(link.because).toBe('nobody answers');
  expect(attempts).toBe(2);
  await link.stop();
  await clock.advance(60_000);
  expect(attempts).toBe(2);
});
