import { createHook } from 'node:async_hooks';
import { expect, it } from 'vitest';
import { watchProcess } from '../../../src/health/process-facts.ts';
import { systemClock } from '../../../src/process/system-clock.ts';

/** What Node sets up for `run` that could wake the process up, by its own names. */
function resourcesOf(run: () => void): string[] {
  const types: string[] = [];
  const hook = createHook({ init: (_id, type) => void types.push(type) }).enable();
  run();
  hook.disable();
  return types;
}

it('to measure the process sets no timer, and a timer that is measured is one timer', () => {
  expect(resourcesOf(() => void watchProcess(systemClock).process.facts())).toEqual([]);
  const { clock } = watchProcess(systemClock);
  expect(resourcesOf(() => clock.after(1_000, () => undefined)())).toEqual(['Timeout']);
});
