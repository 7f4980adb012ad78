// Measures memory and how late the event loop is. Does not judge them, and wakes nobody: it looks at the timers that fire anyway.

import type { Clock } from '../core/clock.ts';
import type { ProcessFacts } from './health-report.ts';
import { RecentDelays } from './recent-delays.ts';

export interface ProcessWatch {
  facts(): ProcessFacts;
}

/** Measures by the timers of the returned clock, which is the given one otherwise. */
export function watchProcess(clock: Clock): { process: ProcessWatch; clock: Clock } {
  const delays = new RecentDelays();
  return {
    process: { facts: () => ({ rssBytes: process.memoryUsage.rss(), eventLoopDelayP99Ms: delays.p99Ms(clock.monotonic()) }) },
    clock: {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after(delayMs, run) {
        const dueAt = clock.monotonic() + Math.max(0, delayMs);
        return clock.after(delayMs, () => {
          const now = clock.monotonic();
          delays.add(now - dueAt, now);
          run();
        });
      },
    },
  };
}
