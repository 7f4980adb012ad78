import { expect, it } from 'vitest';
import { headerWaitMs, TokenTries } from '../../../src/health/token-tries.ts';

const now = 1_000_000;

it('after five wrong tokens within a minute an address has to wait, others have not', () => {
  const tries = new TokenTries(50);
  for (let count = 0; count < 5; count += 1) {
    expect(tries.waitMs('a', now + count)).toBe(0);
    tries.failed('a', now + count);
  }
  expect([tries.waitMs('a', now + 10), tries.waitMs('b', now + 10)]).toEqual([59_990, 0]);
  expect(tries.waitMs('a', now + 60_000)).toBe(0);
});

it('a clock that is set back makes nobody wait for longer', () => {
  const tries = new TokenTries(50);
  for (let count = 0; count < 5; count += 1) tries.failed('a', now + 86_400_000);
  expect(tries.waitMs('a', now)).toBe(0);
});

it('many addresses together have to wait, too', () => {
  const tries = new TokenTries(50);
  for (let count = 0; count < 50; count += 1) tries.failed(`address ${count}`, now);
  expect(tries.waitMs('new', now)).toBeGreaterThan(0);
});

it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])(
  'a right token in the header is let in from %s however many wrong ones came from there',
  (address) => {
    const tries = new TokenTries();
    const waits = Array.from({ length: 7 }, () => headerWaitMs(tries, { address, isRight: false, now }));
    expect(waits).toEqual([0, 0, 0, 0, 0, 60_000, 60_000]);
    expect(headerWaitMs(tries, { address, isRight: true, now })).toBe(0);
  },
);

it('another machine that has sent five wrong tokens waits with the right one, too, and no other machine does', () => {
  const tries = new TokenTries();
  for (let count = 0; count < 100; count += 1) headerWaitMs(tries, { address: '10.0.0.7', isRight: false, now });
  expect(headerWaitMs(tries, { address: '10.0.0.7', isRight: true, now })).toBe(60_000);
  expect(headerWaitMs(tries, { address: '10.0.0.8', isRight: true, now })).toBe(0);
  expect(headerWaitMs(tries, { address: '10.0.0.7', isRight: true, now: now + 60_000 })).toBe(0);
});
