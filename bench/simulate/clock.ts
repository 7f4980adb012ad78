// Time that the simulation moves. Timers fire in the order in which they are due, as many as there are.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../src/core/clock.ts';

interface Timer {
  readonly dueAt: number;
  /** Of timers that are due at the same instant the one that was set first comes first. */
  readonly number: number;
  run: (() => void) | undefined;
}

const START_AT = Date.parse('2026-11-23T08:00:00Z');

export class SimulatedClock implements Clock {
  #elapsed = 0;
  #count = 0;
  /** A heap: no timer is due before the one at (its place - 1) / 2. */
  readonly #heap: Timer[] = [];

  now(): number {
    return START_AT + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer: Timer = { dueAt: this.#elapsed + Math.max(0, delayMs), number: ++this.#count, run };
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
    return () => void (timer.run = undefined);
  }

  /** Lets time go by. What a timer starts has run as far as it can before the next timer fires. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    for (let timer = this.#heap[0]; timer !== undefined && timer.dueAt <= end; timer = this.#heap[0]) {
      this.#removeFirst();
      if (timer.run === undefined) continue;
      this.#elapsed = Math.max(this.#elapsed, timer.dueAt);
      timer.run();
      await nextTurn();
    }
    this.#elapsed = end;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(place: number): void {
    const above = (place - 1) >> 1;
    if (place === 0 || !this.#isBefore(place, above)) return;
    this.#swap(place, above);
    this.#rise(above);
  }

  #sink(place: number): void {
    const [left, right] = [2 * place + 1, 2 * place + 2];
    const first = this.#isBefore(right, left) ? right : left;
    if (!this.#isBefore(first, place)) return;
    this.#swap(place, first);
    this.#sink(first);
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return a !== undefined;
    return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.number < b.number);
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a !== undefined && b !== undefined) [this.#heap[one], this.#heap[other]] = [b, a];
  }
}
