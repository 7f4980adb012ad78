import { expect, it } from 'vitest';
import { Sweeps } from '../../../src/files/sweeps.ts';
import { FakeClock } from '../../support/clock.ts';

/** Sweeps that end when they are told to; `begun` counts them. */
function setUp(hasEvents = true) {
  const clock = new FakeClock();
  const ends: (() => void)[] = [];
  let begun = 0;
  const sweep = (): Promise<void> => {
    begun += 1;
    return new Promise((resolve) => void ends.push(resolve));
  };
  const sweeps = new Sweeps({ clock, sweep, hasEvents: () => hasEvents });
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const pass = async (ms: number): Promise<void> => {
    clock.pass(ms);
    await settle();
  };
  const end = async (): Promise<void> => {
    ends.shift()?.();
    await settle();
  };
  return { sweeps, pass, end, begun: () => begun };
}

it('sweeps never overlap, and one that waits is enough for all who want one', async () => {
  const { sweeps, pass, end, begun } = setUp();
  const done: string[] = [];
  void sweeps.now().then(() => done.push('first'));
  await pass(0);
  for (const name of ['second', 'third']) void sweeps.now().then(() => done.push(name));
  await pass(0);
  expect(begun()).toBe(1);
  await end();
  expect({ begun: begun(), done }).toEqual({ begun: 2, done: ['first'] });
  await end();
  expect({ begun: begun(), done }).toEqual({ begun: 2, done: ['first', 'second', 'third'] });
});

it.each([
  ['now and then where file events come', true, 5_000],
  ['often where there are none', false, 1_000],
])('everything is looked at %s, counted from the end of the sweep before', async (_when, hasEvents, everyMs) => {
  const { sweeps, pass, end, begun } = setUp(hasEvents);
  sweeps.start();
  await pass(everyMs - 1);
  expect(begun()).toBe(0);
  await pass(1);
  await pass(3 * everyMs);
  expect(begun()).toBe(1);
  await end();
  await pass(everyMs);
  expect(begun()).toBe(2);
});

it('a hint makes one sweep soon, however many there are, and not sooner than the last one took', async () => {
  const { sweeps, pass, end, begun } = setUp();
  for (let hint = 0; hint < 100; hint++) sweeps.soon();
  await pass(50);
  expect(begun()).toBe(1);
  await pass(2_000);
  await end();
  sweeps.soon();
  await pass(1_999);
  expect(begun()).toBe(1);
  await pass(1);
  expect(begun()).toBe(2);
});

it('`stop` waits for the sweep that is going on, and none begins after it', async () => {
  const { sweeps, pass, end, begun } = setUp();
  sweeps.start();
  sweeps.soon();
  await pass(50);
  void sweeps.now();
  let isStopped = false;
  const stopped = sweeps.stop().then(() => (isStopped = true));
  await pass(60_000);
  expect({ isStopped, begun: begun() }).toEqual({ isStopped: false, begun: 1 });
  await end();
  await stopped;
  expect(begun()).toBe(1);
});
