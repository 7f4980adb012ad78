import { describe, expect, it } from 'vitest';
import { ClockDifferences } from '../../../src/fleet/clock-differences.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

describe('the clock of a gateway', () => {
  it.each([
    ['like ours', 0, 300, 0],
    ['a little late', -3_000, 100, 0],
    ['ten minutes late', -10 * MINUTE, 0, 10 * MINUTE],
    ['an hour ahead', 60 * MINUTE, 0, -60 * MINUTE],
  ])('that is %s is corrected by what matters', (_how, differsMs, wayMs, behindMs) => {
    const clocks = new ClockDifferences();
    expect(clocks.behind('web-1', { saidAt: NOW + differsMs, storedAt: NOW + wayMs }).behindMs).toBe(behindMs);
  });

  it('is compared with ours, whatever time the bus has', () => {
    const clocks = new ClockDifferences();
    clocks.setBusTime(NOW + 30 * MINUTE, NOW);
    expect(clocks.behind('right', { saidAt: NOW, storedAt: NOW + 30 * MINUTE })).toEqual({ behindMs: 0, isNew: false });
    expect(clocks.behind('late', { saidAt: NOW - MINUTE, storedAt: NOW + 30 * MINUTE })).toEqual({ behindMs: MINUTE, isNew: true });
    clocks.setBusTime(Number.NaN, NOW);
    expect(clocks.behind('late', { saidAt: NOW - MINUTE, storedAt: NOW + 30 * MINUTE })).toEqual({ behindMs: MINUTE, isNew: false });
  });

  it('differs by the same as long as only the way takes longer, and is told of once', () => {
    const clocks = new ClockDifferences();
    const ways = [0, 900, 20, 1_999, 5];
    const found = ways.map((wayMs) => clocks.behind('web-1', { saidAt: NOW - 10 * MINUTE, storedAt: NOW + wayMs }));
    expect(new Set(found.map(({ behindMs }) => behindMs))).toEqual(new Set([10 * MINUTE]));
    expect(found.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(clocks.behind('web-1', { saidAt: NOW, storedAt: NOW })).toEqual({ behindMs: 0, isNew: false });
    expect(clocks.behind('web-2', { saidAt: NOW, storedAt: NOW })).toEqual({ behindMs: 0, isNew: false });
  });

  it('is taken to be like ours where the record does not say when it was sent', () => {
    expect(new ClockDifferences().behind('web-1', { saidAt: Number.NaN, storedAt: NOW })).toEqual({ behindMs: 0, isNew: false });
  });
});
