import { expect, it } from 'vitest';
import { countedFacts } from '../../../src/app/health-facts.ts';
import { Counters } from '../../../src/health/counters.ts';

it('the health page shows each counter in the field that is named for it', () => {
  const counters = new Counters();
  const times = (count: number, run: () => void): void => Array.from({ length: count }).forEach(run);
  times(1, () => counters.count('edits_sent'));
  times(2, () => counters.count('edits_conflated'));
  times(3, () => counters.count('edits_skipped'));
  times(4, () => counters.count('turns_lost_without_post'));
  times(5, () => counters.count('push_failures', { reason: 'server' }));
  times(6, () => counters.count('push_failures', { reason: 'gone' }));
  expect(countedFacts(counters)).toEqual({
    edits: { sent: 1, conflated: 2, skipped: 3 },
    lostWithoutPost: 4,
    failuresByReason: { server: 5, gone: 6 },
  });
});
