// Time that a test moves by hand. Timers fire in the order in which they are due.

import type { Clock } from '../../src/core/clock.ts';
import { systemClock } from '../../src/process/system-clock.ts';

interface Timer {
  readonly dueAt: number;
  readonly run: () => void;
}

export class FakeClock implements Clock {
  /** How many timers were ever set. */
  timers = 0;
  readonly #startAt: number;
  #elapsed = 0;
  readonly #timers = new Set<Timer>();

  constructor(startAt = Date.parse('2026-11-21T00:00:00Z')) {
    this.#startAt = startAt;
  }

  now(): number {
    return this.#startAt + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { dueAt: this.#elapsed + delayMs, run };
    this.timers += 1;
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time go by. What a timer starts has run as far as it can before time goes on. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settle();
    while (this.#fireNext(end)) await settle();
    this.#elapsed = end;
  }

  /** Lets time go by at one stroke: promises go on afterwards. */
  pass(ms: number): void {
    const end = this.#elapsed + ms;
    while (this.#fireNext(end));
    this.#elapsed = end;
  }

  /** Timers that have not fired. */
  pending(): number {
    return this.#timers.size;
  }

  #fireNext(end: number): boolean {
    const next = this.#nextDue(end);
    if (next === undefined) return false;
    this.#timers.delete(next);
    this.#elapsed = Math.max(this.#elapsed, next.dueAt);
    next.run();
    return true;
  }

  /** Of timers that are due at the same instant the one that was set first. */
  #nextDue(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (timer.dueAt <= end && (next === undefined || timer.dueAt < next.dueAt)) next = timer;
    return next;
  }
}

/** A tenth of a millisecond passes whenever somebody asks how late it is, as if all work took time. */
export class SlowClock extends FakeClock {
  #asked = 0;
  /** Called before each timer is run. */
  onTimer = (): void => undefined;

  override after(delayMs: number, run: () => void): () => void {
    return super.after(delayMs, () => {
      this.onTimer();
      run();
    });
  }

  override monotonic(): number {
    this.#asked += 1;
    return super.monotonic() + this.#asked / 10;
  }
}

/** Lets promises that need no timer and no socket run to their end. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Goes on a little between two readings, as a real clock does. */
export class MovingClock extends FakeClock {
  #readings = 0;

  override monotonic(): number {
    this.#readings += 1;
    return super.monotonic() + this.#readings / 1_000;
  }
}

/** Real time that begins at another instant, and may go by at one stroke. */
export class ShiftedClock implements Clock {
  #aheadMs: number;

  constructor(startAt: number) {
    this.#aheadMs = startAt - systemClock.now();
  }

  now(): number {
    return systemClock.now() + this.#aheadMs;
  }

  monotonic(): number {
    return systemClock.monotonic();
  }

  after(delayMs: number, run: () => void): () => void {
    return systemClock.after(delayMs, run);
  }

  pass(ms: number): void {
    this.#aheadMs += ms;
  }
}
