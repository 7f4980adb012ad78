// Measures memory and the delay of the event loop. Does not judge them.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessFacts } from './health-report.ts';

const RESOLUTION_MS = 20;
const WINDOW_MS = 60_000;

export interface ProcessWatch {
  facts(): ProcessFacts;
  stop(): void;
}

/** The delay is the 99th percentile of the last one to two minutes, so that an old stall is forgotten. */
export function watchProcess(): ProcessWatch {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let before = 0;
  delays.enable();
  const turnOver = setInterval(() => {
    before = delays.percentile(99);
    delays.reset();
  }, WINDOW_MS).unref();
  return {
    facts: () => ({ rssBytes: process.memoryUsage.rss(), eventLoopDelayP99Ms: delayMs(Math.max(delays.percentile(99), before)) }),
    stop() {
      clearInterval(turnOver);
      delays.disable();
    },
  };
}

// The histogram measures from one timer to the next, so the timer's own interval is subtracted.
function delayMs(nanoseconds: number): number {
  return Math.max(0, Math.round(nanoseconds / 1e4 - RESOLUTION_MS * 100) / 100);
}
