import { expect, it } from 'vitest';
import { Timers } from '../../../src/core/timers.ts';
import { FakeClock } from '../../support/clock.ts';

function setUp() {
  const clock = new FakeClock();
  const timers = new Timers(clock);
  const ran: string[] = [];
  const run = (name: string) => (): void => void ran.push(name);
  return { clock, timers, ran, run };
}

it('of one name there is one timer: `once` keeps the first, `restart` the last', () => {
  const { clock, timers, ran, run } = setUp();
  timers.once('a', 10, run('first'));
  timers.once('a', 5, run('second'));
  timers.restart('b', 10, run('third'));
  timers.restart('b', 5, run('fourth'));
  expect([timers.isWaiting('a'), timers.isWaiting('b')]).toEqual([true, true]);
  clock.pass(20);
  expect(ran).toEqual(['fourth', 'first']);
  expect([timers.isWaiting('a'), timers.isWaiting('b')]).toEqual([false, false]);
});

it('a timer may start itself again', () => {
  const { clock, timers, ran } = setUp();
  const again = (): void => {
    ran.push('again');
    timers.once('a', 10, again);
  };
  timers.once('a', 10, again);
  clock.pass(10);
  clock.pass(10);
  expect(ran).toHaveLength(2);
});

it('without a name there may be any number, and all can be cancelled at once, named ones too', () => {
  const { clock, timers, ran, run } = setUp();
  for (const name of ['a', 'b']) timers.after(10, run(name));
  clock.pass(10);
  expect(ran).toEqual(['a', 'b']);
  timers.after(10, run('c'));
  timers.once('d', 10, run('d'));
  timers.once('e', 10, run('e'));
  timers.cancel('e');
  timers.cancelAll();
  timers.after(5, run('f'));
  clock.pass(20);
  expect(ran).toEqual(['a', 'b', 'f']);
});

it('a repeated run waits until the one before has ended, also badly', async () => {
  const { clock, timers, ran } = setUp();
  let end: () => void = () => undefined;
  timers.repeat(
    'a',
    () => 10,
    () => new Promise((_resolve, reject) => (ran.push('a'), (end = () => reject(new Error('bad'))))),
  );
  clock.pass(30);
  expect(ran).toHaveLength(1);
  end();
  await new Promise(setImmediate);
  clock.pass(10);
  expect(ran).toHaveLength(2);
  end();
});

it('after `stop` nothing is run or begun, and what is under way is waited for', async () => {
  const { clock, timers, ran, run } = setUp();
  let end: () => void = () => undefined;
  timers.once('slow', 1, () => new Promise((resolve) => (end = resolve)));
  timers.once('late', 10, run('late'));
  clock.pass(1);
  const stopped = timers.stop().then(run('stopped'));
  timers.after(1, run('after'));
  clock.pass(20);
  await new Promise(setImmediate);
  expect(ran).toEqual([]);
  end();
  await stopped;
  expect(ran).toEqual(['stopped']);
});
