// Measures how long after its writer's time an event reaches us, by source. Knows no session.

import type { Clock } from '../core/clock.ts';
import type { SessionEvent } from '../core/event.ts';
import { RecentDelays } from './recent-delays.ts';

/** Those that are dated when they are written. Others are concluded later, or are true since earlier. */
const DATED: ReadonlySet<SessionEvent['type']> = new Set(['message', 'tool_started', 'tool_ended', 'waiting_started']);

export class SourceLag {
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly #startedAt: number;
  readonly #delaysBySource = new Map<string, RecentDelays>();

  constructor(clock: Pick<Clock, 'now' | 'monotonic'>) {
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** What was written before the start of this process is history, and no lag. */
  note(sourceId: string, { type, at }: Pick<SessionEvent, 'type' | 'at'>): void {
    if (!DATED.has(type) || at < this.#startedAt) return;
    const delays = this.#delaysBySource.get(sourceId) ?? new RecentDelays();
    this.#delaysBySource.set(sourceId, delays);
    delays.add(this.#clock.now() - at, this.#clock.monotonic());
  }

  /** What one event in a hundred exceeds, of the last one to two minutes; 0 where none came. */
  p99Ms(sourceId: string): number {
    return this.#delaysBySource.get(sourceId)?.p99Ms(this.#clock.monotonic()) ?? 0;
  }
}
