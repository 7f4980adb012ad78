// Owns when an open circuit asks the server again. Does not know what a circuit is.

import type { Clock } from '../core/clock.ts';
import { PushError } from '../core/sink.ts';
import { Timers } from '../core/timers.ts';

export interface ProbingOptions {
  /** The longest distance of two questions to a silent server. */
  cooldownMs: number;
  clock: Clock;
  /** Waits `timeoutMs` for an answer. */
  probe: (signal: AbortSignal, timeoutMs: number) => Promise<void>;
  onHealthy: () => void;
}

export interface Probing {
  /** The first probe comes after two seconds, the next ones until one succeeds. */
  start(): void;
  /** Milliseconds until the next probe; a short while when none is planned because one is under way or has just succeeded. */
  dueInMs(): number;
  stop(): void;
}

const SOON_MS = 1_000;

// A server that refuses the connection or says that it is not healthy does so within a millisecond: asking it often costs nothing, and
// whoever waits for an end sees it seconds after the restart.
const STEP_MS = 2_000;

// A silent one would have to keep each question, so one is out at a time. It is waited for ever longer, and when it is given up the next
// one takes its place: a server that was merely stopped answers it the moment it goes on.
const FIRST_PATIENCE_MS = 5_000;

export function createProbing({ cooldownMs, clock, probe, onHealthy }: ProbingOptions): Probing {
  const stopped = new AbortController();
  const stepMs = Math.min(STEP_MS, cooldownMs);
  const longestPatienceMs = Math.max(FIRST_PATIENCE_MS, cooldownMs);
  let patienceMs = FIRST_PATIENCE_MS;
  let dueAt: number | undefined;
  const timers = new Timers<'probe'>(clock);

  function schedule(delayMs: number): void {
    if (stopped.signal.aborted) return;
    dueAt = clock.monotonic() + delayMs;
    timers.restart('probe', delayMs, () => void run());
  }

  // Never rejects: a failed probe only means the next one.
  async function run(): Promise<void> {
    dueAt = undefined;
    const startedAt = clock.monotonic();
    try {
      await probe(stopped.signal, patienceMs);
    } catch (error) {
      return schedule(nextStepMs(error, clock.monotonic() - startedAt));
    }
    if (!stopped.signal.aborted) onHealthy();
  }

  function nextStepMs(error: unknown, tookMs: number): number {
    const isSilent = error instanceof PushError && error.reason === 'timed_out';
    patienceMs = isSilent ? Math.min(longestPatienceMs, patienceMs * 2) : FIRST_PATIENCE_MS;
    const wantedMs = error instanceof PushError ? (error.retryAfterMs ?? 0) : 0;
    return Math.max(wantedMs, stepMs - tookMs, 0);
  }

  function start(): void {
    patienceMs = FIRST_PATIENCE_MS;
    schedule(stepMs);
  }

  const stop = (): void => {
    stopped.abort();
    void timers.stop();
  };
  const dueInMs = (): number => (dueAt === undefined ? SOON_MS : Math.max(1, dueAt - clock.monotonic()));
  return { start, dueInMs, stop };
}
