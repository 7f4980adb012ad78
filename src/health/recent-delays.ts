// Keeps the delays of the last minutes. Does not know what was late.

import { createHistogram } from 'node:perf_hooks';

const WINDOW_MS = 60_000;
const NS_PER_MS = 1e6;
const LONGEST_MS = 86_400_000;

/** Delays of the last one to two minutes, so that an old one is forgotten. */
export class RecentDelays {
  readonly #current = createHistogram();
  #before = 0;
  #startedAt = Number.NEGATIVE_INFINITY;

  add(delayMs: number, now: number): void {
    this.#turnOver(now);
    const delayNs = Math.round(Math.min(delayMs, LONGEST_MS) * NS_PER_MS);
    this.#current.record(Math.max(1, delayNs)); // a histogram refuses 0, and what is no safe integer
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
