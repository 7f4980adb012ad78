import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { wait } from '../../../src/core/wait.ts';
import { FakeClock } from '../../support/clock.ts';

function begin(signal?: AbortSignal) {
  const clock = new FakeClock();
  let isOver = false;
  const waitOnce = async (): Promise<void> => {
    await wait(clock, 100, signal);
    isOver = true;
  };
  void waitOnce();
  return { clock, isOver: () => isOver };
}

it('a wait is over after its time', async () => {
  const { clock, isOver } = begin();
  await clock.advance(99);
  expect(isOver()).toBe(false);
  await clock.advance(1);
  expect(isOver()).toBe(true);
});

it('a wait is over when its signal is aborted, before it or meanwhile', async () => {
  const stop = new AbortController();
  const { clock, isOver } = begin(stop.signal);
  stop.abort();
  await clock.advance(0);
  expect([isOver(), clock.pending()]).toEqual([true, 0]);
  const late = begin(stop.signal);
  await late.clock.advance(0);
  expect([late.isOver(), late.clock.pending()]).toEqual([true, 0]);
});

it('a signal of long life keeps nothing of the waits that are over', async () => {
  const { signal } = new AbortController();
  const { clock, isOver } = begin(signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await clock.advance(100);
  expect([isOver(), getEventListeners(signal, 'abort').length]).toEqual([true, 0]);
});
