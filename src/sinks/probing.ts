// Owns when an open circuit asks the server again. Does not know what a circuit is.

import type { Clock } from '../core/clock.ts';
import { PushError } from '../core/sink.ts';

export interface ProbingOptions {
  cooldownMs: number;
  clock: Clock;
  probe: (signal: AbortSignal) => Promise<void>;
  onHealthy: () => void;
}

export interface Probing {
  /** The first probe comes after one cool-down, the next ones at that distance until one succeeds. */
  start(): void;
  /** Milliseconds until the next probe; a short while when none is planned because one is under way or has just succeeded. */
  dueInMs(): number;
  stop(): void;
}

const SOON_MS = 1_000;

export function createProbing({ cooldownMs, clock, probe, onHealthy }: ProbingOptions): Probing {
  const stopped = new AbortController();
  let dueAt: number | undefined;
  let cancel = (): void => undefined;

  function schedule(delayMs: number): void {
    if (stopped.signal.aborted) return;
    dueAt = clock.monotonic() + delayMs;
    cancel();
    cancel = clock.after(delayMs, () => void run());
  }

  // Never rejects: a failed probe only means the next one.
  async function run(): Promise<void> {
    dueAt = undefined;
    const startedAt = clock.monotonic();
    try {
      await probe(stopped.signal);
    } catch (error) {
      const wantedMs = error instanceof PushError ? (error.retryAfterMs ?? 0) : 0;
      const tookMs = clock.monotonic() - startedAt;
      return schedule(Math.max(0, wantedMs, cooldownMs - tookMs));
    }
    if (!stopped.signal.aborted) onHealthy();
  }

  const stop = (): void => {
    stopped.abort();
    cancel();
  };
  const dueInMs = (): number => (dueAt === undefined ? SOON_MS : Math.max(1, dueAt - clock.monotonic()));
  return { start: () => schedule(cooldownMs), dueInMs, stop };
}
