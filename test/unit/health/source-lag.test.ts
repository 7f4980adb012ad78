import { describe, expect, it } from 'vitest';
import { SourceLag } from '../../../src/health/source-lag.ts';
import { FakeClock } from '../../support/clock.ts';

describe('the lag of a source', () => {
  it('is how late its events are known, each source for itself', () => {
    const clock = new FakeClock();
    const lag = new SourceLag(clock);
    clock.pass(10_000);
    lag.note('transcripts', { type: 'message', at: clock.now() - 2_000 });
    lag.note('gateway', { type: 'tool_ended', at: clock.now() });
    expect(lag.p99Ms('transcripts')).toBeCloseTo(2_000, -1);
    expect(lag.p99Ms('gateway')).toBe(0);
    expect(lag.p99Ms('codex')).toBe(0);
  });

  it('does not count what was written before the start, nor what is only concluded', () => {
    const clock = new FakeClock();
    const lag = new SourceLag(clock);
    clock.pass(100_000);
    lag.note('transcripts', { type: 'message', at: clock.now() - 100_001 });
    lag.note('transcripts', { type: 'noted', at: clock.now() - 50_000 });
    lag.note('transcripts', { type: 'run_ended', at: clock.now() - 50_000 });
    expect(lag.p99Ms('transcripts')).toBe(0);
  });

  it('is none where the clock of the writer is ahead, and is forgotten after two minutes', () => {
    const clock = new FakeClock();
    const lag = new SourceLag(clock);
    lag.note('mesh', { type: 'message', at: clock.now() + 60_000 });
    expect(lag.p99Ms('mesh')).toBe(0);
    clock.pass(5_000);
    lag.note('mesh', { type: 'message', at: clock.now() - 5_000 });
    expect(lag.p99Ms('mesh')).toBeCloseTo(5_000, -2);
    clock.pass(121_000);
    expect(lag.p99Ms('mesh')).toBe(0);
  });

  it('is told of what comes a year late, as a day or more', () => {
    const clock = new FakeClock();
    const lag = new SourceLag(clock);
    clock.pass(366 * 86_400_000);
    lag.note('codex', { type: 'message', at: clock.now() - 365 * 86_400_000 });
    expect(lag.p99Ms('codex')).toBeGreaterThan(0.99 * 86_400_000);
  });
});
