import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../../src/sinks/mattermost/retry-after.ts';
import { readRecordings } from './recordings.ts';

const now = Date.parse('2026-11-21T02:15:47Z');

describe('retryAfterMs', () => {
  it.each([
    ['whole seconds', { 'retry-after': '1' }, 1_000],
    ['parts of a second, rounded up', { 'retry-after': '0.0005' }, 1],
    ['a doubled header, joined', { 'retry-after': '101, 101' }, 101_000],
    ['a doubled header, as an array', { 'retry-after': ['101', '101'] }, 101_000],
    ['two different wishes: the longer', { 'retry-after': ['2', '7'] }, 7_000],
    ['garbage beside a number', { 'retry-after': 'soon, 3' }, 3_000],
    ['the other header when the first is garbage', { 'retry-after': 'NaN', 'x-ratelimit-reset': '2' }, 2_000],
    ['Retry-After before the time at which the whole burst is free', { 'retry-after': '1', 'x-ratelimit-reset': '11' }, 1_000],
    ['a doubled reset', { 'x-ratelimit-reset': '11, 11' }, 11_000],
    ['a reset in seconds since 1970', { 'x-ratelimit-reset': String(now / 1_000 + 9) }, 9_000],
    ['a date', { 'retry-after': 'Sat, 21 Nov 2026 02:16:07 GMT' }, 20_000],
    [
      'a date against the clock of the server',
      { 'retry-after': 'Sat, 21 Nov 2026 02:16:07 GMT', date: 'Sat, 21 Nov 2026 02:16:02 GMT' },
      5_000,
    ],
    ['a date that has passed', { 'retry-after': 'Sat, 21 Nov 2026 02:15:07 GMT' }, 0],
    ['zero', { 'retry-after': '0' }, 0],
    ['an absurd number', { 'retry-after': '86400' }, 3_600_000],
    ['an absurd date', { 'retry-after': 'Sat, 21 Nov 2099 02:16:07 GMT' }, 3_600_000],
  ])('reads %s', (_name, headers, expected) => {
    expect(retryAfterMs({ status: 429, headers }, now)).toBe(expected);
  });

  it.each([
    {},
    { 'retry-after': '' },
    { 'retry-after': 'tomorrow' },
    { 'retry-after': '-5' },
    { 'retry-after': '1e9' },
    { 'retry-after': [] },
  ])('has no opinion on %j', (headers) => {
    expect(retryAfterMs({ status: 429, headers }, now)).toBeUndefined();
  });

  it.each([
    [200, undefined],
    [403, undefined],
    [500, undefined],
    [429, 11_000],
    [503, 11_000],
  ])('%s: a limiter that sends its headers with every answer asks to wait %s ms', (status, expected) => {
    expect(retryAfterMs({ status, headers: { 'x-ratelimit-reset': '11' } }, now)).toBe(expected);
  });

  it('reads every recorded 429', () => {
    const limited = readRecordings().filter(({ status }) => status === 429);
    expect(limited.length).toBeGreaterThan(5);
    expect(limited.map((answer) => retryAfterMs(answer, now)).every((waitMs) => waitMs === 1_000 || waitMs === 2_000)).toBe(true);
  });

  it('never throws and stays between zero and an hour, whatever the headers say', () => {
    const value = fc.oneof(
      fc.string(),
      fc.array(fc.string()),
      fc.double().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    );
    fc.assert(
      fc.property(fc.record({ 'retry-after': value, 'x-ratelimit-reset': value, date: value }, { requiredKeys: [] }), (headers) => {
        const waitMs = retryAfterMs({ status: 429, headers }, now);
        expect(waitMs === undefined || (waitMs >= 0 && waitMs <= 3_600_000)).toBe(true);
      }),
    );
  });
});
