// Measures memory and how late the event loop is. Does not judge them, and wakes nobody: it looks at the timers that fire anyway.

import { createHistogram } from 'node:perf_hooks';
import type { Clock } from '../core/clock.ts';
import type { ProcessFacts } from './health-report.ts';

const WINDOW_MS = 60_000;
const NS_PER_MS = 1e6;

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

/** Those of the last one to two minutes, so that an old stall is forgotten. */
class RecentDelays {
  readonly #current = createHistogram();
  #before = 0;
  #startedAt = Number.NEGATIVE_INFINITY;

  add(delayMs: number, now: number): void {
    this.#turnOver(now);
    this.#current.record(Math.max(1, Math.round(delayMs * NS_PER_MS)));
  }

  p99Ms(now: number): number {
    this.#turnOver(now);
    return Math.round((Math.max(this.#p99(), this.#before) / NS_PER_MS) * 100) / 100;
  }

  #turnOver(now: number): void {
    const ageMs = now - this.#startedAt;
    if (ageMs < WINDOW_MS) return;
    this.#before = ageMs < 2 * WINDOW_MS ? this.#p99() : 0;
    this.#current.reset();
    this.#startedAt = now;
  }

  #p99(): number {
    return this.#current.count === 0 ? 0 : this.#current.percentile(99);
  }
}
