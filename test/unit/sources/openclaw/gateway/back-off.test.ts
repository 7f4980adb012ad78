import { describe, expect, it } from 'vitest';
import { createBackOff } from '../../../../../src/sources/openclaw/gateway/back-off.ts';
import type { Verdict } from '../../../../../src/sources/openclaw/gateway/connection-state.ts';

const TIMING = { leastMs: 1_000, mostMs: 30_000, slowMs: 60_000 };
const verdict = (retry: Verdict['retry'], retryAfterMs?: number): Verdict => ({
  state: { state: 'unreachable', because: '' },
  retry,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

describe('the wait before the next attempt', () => {
  it('doubles from one second to thirty', () => {
    const backOff = createBackOff(TIMING, () => 1);
    const waits = Array.from({ length: 7 }, () => backOff.next(verdict('backoff')));
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('is short again once a connection stood', () => {
    const backOff = createBackOff(TIMING, () => 1);
    backOff.next(verdict('backoff'));
    backOff.reset();
    expect(backOff.next(verdict('backoff'))).toBe(1_000);
  });

  it('is spread over the second half of its length', () => {
    expect(createBackOff(TIMING, () => 0).next(verdict('backoff'))).toBe(500);
    expect(createBackOff(TIMING, () => 0.5).next(verdict('slow'))).toBe(45_000);
  });

  it('stays short while the gateway restarts, and long while only an operator can help', () => {
    const backOff = createBackOff(TIMING, () => 1);
    for (let attempt = 0; attempt < 5; attempt++) expect(backOff.next(verdict('fast'))).toBe(1_000);
    expect(backOff.next(verdict('slow'))).toBe(60_000);
  });

  it('is never shorter than the gateway asked for', () => {
    expect(createBackOff(TIMING, () => 0).next(verdict('fast', 7_000))).toBe(7_000);
  });
});
