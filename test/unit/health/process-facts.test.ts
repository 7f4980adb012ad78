import { describe, expect, it } from 'vitest';
import { watchProcess } from '../../../src/health/process-facts.ts';
import { systemClock } from '../../../src/process/system-clock.ts';

/** A watch on a loop in which timers fire as late as the test says. */
function watched(): { late(byMs: number): void; wait(ms: number): void; p99(): number } {
  let [time, fire] = [0, (): void => undefined];
  const { process, clock } = watchProcess({
    now: () => time,
    monotonic: () => time,
    after: (delayMs, run) => {
      fire = run;
      time += delayMs;
      return () => undefined;
    },
  });
  const late = (byMs: number): void => {
    clock.after(100, () => undefined);
    time += byMs;
    fire();
  };
  return { late, wait: (ms) => void (time += ms), p99: () => process.facts().eventLoopDelayP99Ms };
}

describe('the delay of the event loop', () => {
  it('is seen where a timer was due while the process was busy, and is nothing before', async () => {
    const { process, clock } = watchProcess(systemClock);
    expect(process.facts().eventLoopDelayP99Ms).toBe(0);
    const fired = new Promise<void>((resolve) => clock.after(20, resolve));
    const until = performance.now() + 300;
    while (performance.now() < until);
    await fired;
    expect(process.facts().eventLoopDelayP99Ms).toBeGreaterThan(200);
    expect(process.facts().rssBytes).toBeGreaterThan(1_000_000);
  });

  it('is the one that a timer in a hundred exceeds', () => {
    const { late, p99 } = watched();
    for (let count = 0; count < 197; count += 1) late(2);
    for (let count = 0; count < 3; count += 1) late(50);
    expect(p99()).toBeCloseTo(50, 0);
    for (let count = 0; count < 200; count += 1) late(2);
    expect(p99()).toBeCloseTo(2, 0);
  });

  it('is never less than nothing, whatever timers do', () => {
    const { late, p99 } = watched();
    late(-30);
    expect(p99()).toBe(0);
  });

  it('is remembered for a minute at least, and for two at most, also where nothing happens', () => {
    const { late, wait, p99 } = watched();
    late(300);
    wait(61_000);
    late(1);
    expect(p99()).toBeCloseTo(300, 0);
    wait(60_000);
    expect(p99()).toBeCloseTo(1, 0);
    wait(120_000);
    expect(p99()).toBe(0);
  });
});

describe('a timer of the measured clock', () => {
  it('can be cancelled', async () => {
    const { clock } = watchProcess(systemClock);
    let hasFired = false;
    clock.after(5, () => (hasFired = true))();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(hasFired).toBe(false);
  });
});
