// Probes a failed server until it is healthy again. Knows nothing of the circuit that waits for it.

import type { Clock } from '../../core/clock.ts';
import { PushError } from '../../core/sink.ts';
import { Timers } from '../../core/timers.ts';

export interface RecoveryProbeOptions {
  /** The longest interval between two probes of a silent server. */
  cooldownMs: number;
  clock: Clock;
  /** Waits `timeoutMs` for a response. */
  probe: (signal: AbortSignal, timeoutMs: number) => Promise<void>;
  onHealthy: () => void;
}

export interface RecoveryProbe {
  /** The first probe is sent after two seconds; others follow until one succeeds. */
  start(): void;
  /** Milliseconds until the next probe; a short time when a probe is in flight or has just succeeded. */
  dueInMs(): number;
  stop(): void;
}

const SOON_MS = 1_000;

// A server that refuses the connection or reports that it is not healthy responds within a millisecond. So frequent probes cost nothing,
// and a waiting end is shown seconds after the restart.
const STEP_MS = 2_000;

// A silent server would hold every probe, so one is in flight at a time. Each waits twice as long as the last; when it times out, the next
// one is sent. A server that was only suspended answers it as soon as it resumes.
const FIRST_PATIENCE_MS = 2 * STEP_MS;

export function createRecoveryProbe({ cooldownMs, clock, probe, onHealthy }: RecoveryProbeOptions): RecoveryProbe {
  const stopped = new AbortController();
  const stepMs = Math.min(STEP_MS, cooldownMs);
  const longestPatienceMs = Math.max(STEP_MS, cooldownMs);
  const firstPatienceMs = Math.min(FIRST_PATIENCE_MS, longestPatienceMs);
  let patienceMs = firstPatienceMs;
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
    patienceMs = isSilent ? Math.min(longestPatienceMs, patienceMs * 2) : firstPatienceMs;
    const wantedMs = error instanceof PushError ? (error.retryAfterMs ?? 0) : 0;
    return Math.max(wantedMs, stepMs - tookMs, 0);
  }

  function start(): void {
    patienceMs = firstPatienceMs;
    schedule(stepMs);
  }

  const stop = (): void => {
    stopped.abort();
    void timers.stop();
  };
  const dueInMs = (): number => (dueAt === undefined ? SOON_MS : Math.max(1, dueAt - clock.monotonic()));
  return { start, dueInMs, stop };
}
