import type { Clock } from '../../../../../src/core/clock.ts';

/** Time that only passes when told to. Timers that are due fire in order. */
export class FakeClock implements Clock {
  #steadyMs = 0;
  #wallMs: number;
  readonly #timers = new Set<{ at: number; run: () => void }>();

  constructor(wallMs = Date.UTC(2026, 10, 21, 12)) {
    this.#wallMs = wallMs;
  }

  now(): number {
    return this.#wallMs;
  }

  monotonic(): number {
    return this.#steadyMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#steadyMs + delayMs, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  pass(ms: number): void {
    const end = this.#steadyMs + ms;
    for (;;) {
      const next = [...this.#timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#advance(Math.max(0, next.at - this.#steadyMs));
      this.#timers.delete(next);
      next.run();
    }
    this.#advance(end - this.#steadyMs);
  }

  #advance(ms: number): void {
    this.#steadyMs += ms;
    this.#wallMs += ms;
  }
}
