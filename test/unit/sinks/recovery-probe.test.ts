import { expect, it, onTestFinished } from 'vitest';
import { PushError } from '../../../src/core/sink.ts';
import { createRecoveryProbe } from '../../../src/sinks/resilience/recovery-probe.ts';
import { FakeClock } from '../../support/clock.ts';

it.each([2_000, 3_000, 7_000, 30_000])(
  'asks a silent server no more rarely than every %i ms when that is the cool-down',
  async (cooldownMs) => {
    const clock = new FakeClock();
    const askedAt: number[] = [];
    const silence = (timeoutMs: number): Promise<void> =>
      new Promise((_, reject) => clock.after(timeoutMs, () => reject(new PushError('timed_out', 'nothing'))));
    const probe = createRecoveryProbe({
      cooldownMs,
      clock,
      probe: (_signal, timeoutMs) => {
        askedAt.push(clock.monotonic());
        return silence(timeoutMs);
      },
      onHealthy: () => undefined,
    });
    onTestFinished(() => probe.stop());
    probe.start();
    await clock.advance(300_000);
    const [first, ...later] = askedAt.map((at, index) => at - (askedAt[index - 1] ?? 0));
    expect(first).toBe(2_000);
    expect(Math.max(...later)).toBe(cooldownMs);
    expect(later).toEqual(later.map((_, index) => Math.min(cooldownMs, 4_000 * 2 ** index)));
  },
);
