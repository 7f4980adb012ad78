import { describe, expect, it } from 'vitest';
import { nextDueAt } from '../../../../src/boxes/publish/push-due.ts';
import { parsePace } from '../../../../src/core/edit-pace.ts';

describe('parsePace', () => {
  it('reads steps by age', () => {
    expect(parsePace('2s, 1m:5s, 5m:15s')).toEqual([
      { fromAgeMs: 0, intervalMs: 2_000 },
      { fromAgeMs: 60_000, intervalMs: 5_000 },
      { fromAgeMs: 300_000, intervalMs: 15_000 },
    ]);
    expect(parsePace('500ms')).toEqual([{ fromAgeMs: 0, intervalMs: 500 }]);
    expect(parsePace(' 1s ,1h : 1m')).toEqual([
      { fromAgeMs: 0, intervalMs: 1_000 },
      { fromAgeMs: 3_600_000, intervalMs: 60_000 },
    ]);
  });

  it.each([
    '',
    '2',
    '2 s',
    '1m:5s',
    '2s,',
    '2s, 5s',
    '2s, 1m:5s, 1m:6s',
    '2s, 5m:15s, 1m:5s',
    '2s, 0s:1s',
    '-2s',
    '2s, 1m:5s:6s',
    '1.5s',
    '2d',
  ])('refuses %j', (spec) => {
    expect(parsePace(spec)).toBeUndefined();
  });
});

describe('nextDueAt', () => {
  const pace = parsePace('2s, 1m:5s, 5m:15s') ?? [];
  const ask = (lastPushAt: number | undefined, urgent = false, throttleMs = 500): number =>
    nextDueAt({ lastPushAt, bornAt: 1_000_000, urgent, throttleMs, pace });

  it('lets the leading edge go at once', () => {
    expect(ask(undefined)).toBe(0);
    expect(ask(undefined, true)).toBe(0);
  });

  it.each([
    ['a young turn', 0, 2_000],
    ['just below a minute', 59_999, 2_000],
    ['a minute', 60_000, 5_000],
    ['just below five minutes', 299_999, 5_000],
    ['five minutes', 300_000, 15_000],
    ['a day', 86_400_000, 15_000],
  ])('keeps ordinary edits of %s apart as the pace says', (_name, ageMs, intervalMs) => {
    expect(ask(1_000_000 + ageMs)).toBe(1_000_000 + ageMs + intervalMs);
  });

  it('lets urgent edits wait for the throttle only, at any age', () => {
    for (const ageMs of [0, 60_000, 86_400_000]) expect(ask(1_000_000 + ageMs, true)).toBe(1_000_000 + ageMs + 500);
  });

  it('never goes below the throttle', () => {
    expect(ask(1_000_000, false, 3_000)).toBe(1_003_000);
    expect(ask(1_000_000, true, 3_000)).toBe(1_003_000);
  });
});
