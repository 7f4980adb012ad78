// Time that a test moves by hand. Timers fire in order, and what they start has run as far as it can before time goes on.

import type { Clock } from '../../../src/core/clock.ts';

export interface FakeClock extends Clock {
  advance(ms: number): Promise<void>;
  /** Timers that have not fired. */
  pending(): number;
}

export function createFakeClock(startAt = Date.parse('2026-11-21T00:00:00Z')): FakeClock {
  let elapsed = 0;
  const timers = new Map<number, { dueAt: number; run: () => void }>();
  let nextId = 0;
  const due = (until: number): [number, { dueAt: number; run: () => void }] | undefined =>
    [...timers].filter(([, timer]) => timer.dueAt <= until).sort(([a, first], [b, second]) => first.dueAt - second.dueAt || a - b)[0];
  return {
    now: () => startAt + elapsed,
    monotonic: () => elapsed,
    after(delayMs, run) {
      const id = nextId++;
      timers.set(id, { dueAt: elapsed + delayMs, run });
      return () => timers.delete(id);
    },
    async advance(ms) {
      const until = elapsed + ms;
      await settle();
      for (let next = due(until); next !== undefined; next = due(until)) {
        const [id, timer] = next;
        timers.delete(id);
        elapsed = Math.max(elapsed, timer.dueAt);
        timer.run();
        await settle();
      }
      elapsed = until;
    },
    pending: () => timers.size,
  };
}

/** Lets promises that need no timer and no socket run to their end. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
