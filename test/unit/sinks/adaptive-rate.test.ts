import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { budgetLimits } from '../../../src/boxes/publish/budget.ts';
import { RequestBudget } from '../../../src/boxes/publish/request-budget.ts';
import { PushError } from '../../../src/core/sink.ts';
import { AdaptiveRate, type RateBounds } from '../../../src/sinks/mattermost/adaptive-rate.ts';
import type { Transport, TransportResponse } from '../../../src/sinks/mattermost/transport.ts';
import { RateLimiter, rateHeaders } from '../../../src/stand-in/rate-limit.ts';
import { FakeClock } from '../../support/clock.ts';
import { until } from '../../support/until.ts';
import { openTransport, type Reply, startTinyServer } from './tiny-server.ts';

const REQUEST = { method: 'GET', path: '/users/me' } as const;

describe('what answers do to the rate', () => {
  const clock = new FakeClock();

  /** A rate from 5 to `most` that gets this answer so often a second for so long. */
  async function after(
    answers: { answer: Partial<TransportResponse> | PushError; ms?: number; perSecond?: number; seconds: number }[],
    most = 50,
  ) {
    const rate = new AdaptiveRate(clock, { least: 5, most });
    for (const { answer, ms = 10, perSecond = 50, seconds } of answers) {
      const transport: Transport = async () => {
        clock.pass(ms);
        if (answer instanceof PushError) throw answer;
        return { status: 200, headers: {}, retryAfterMs: undefined, body: '', ...answer };
      };
      for (let asked = 0; asked < perSecond * seconds; asked += 1) {
        await rate
          .watching(transport)(REQUEST)
          .catch(() => undefined);
        clock.pass(Math.max(0, 1_000 / perSecond - ms));
      }
    }
    return rate.perSecond();
  }

  const good = { answer: {}, seconds: 20 };

  it('rises by a fifth of the least rate each second while answers come fast', async () => {
    expect(await after([good])).toBeGreaterThan(20);
    expect(await after([good])).toBeLessThanOrEqual(25);
  });

  it('rises to the highest that is allowed and not beyond; with equal bounds it stays', async () => {
    expect(await after([{ ...good, seconds: 60 }], 12)).toBe(12);
    expect(await after([{ ...good, seconds: 60 }], 5)).toBe(5);
  });

  it('does not rise while it is not used', async () => {
    expect(await after([{ ...good, perSecond: 2 }])).toBe(5);
  });

  it.each([
    ['a 429', { answer: { status: 429 }, seconds: 0.02 }],
    ['a slow answer', { answer: {}, ms: 1_001, seconds: 0.02 }],
    ['an error of the server', { answer: { status: 503 }, seconds: 0.02 }],
    ['a lost connection', { answer: new PushError('unreachable', 'reset'), seconds: 0.02 }],
    ['a time-out', { answer: new PushError('timed_out', 'no answer'), seconds: 0.02 }],
    ['ten errors within a second', { answer: { status: 503 }, seconds: 0.2 }],
  ])('falls by half at %s', async (_name, bad) => {
    expect(await after([good, bad])).toBeCloseTo((await after([good])) / 2, 1);
  });

  it('falls no lower than the least rate, and rises again', async () => {
    const bad = { answer: { status: 503 }, seconds: 60 };
    expect(await after([good, bad])).toBe(5);
    expect(await after([good, bad, good])).toBeGreaterThan(20);
  });

  it.each([
    ['an answer about a post', { answer: { status: 403 }, seconds: 0.02 }],
    ['a refused token', { answer: new PushError('auth', 'refused'), seconds: 0.02 }],
    ['an answer that takes a second', { answer: {}, ms: 999, seconds: 0.02 }],
  ])('does not fall at %s', async (_name, other) => {
    expect(await after([good, other])).toBeGreaterThanOrEqual(await after([good]));
  });

  it.each([
    ['nothing of its rate', { 'x-ratelimit-limit': '101', 'x-ratelimit-remaining': '100', 'x-ratelimit-reset': '1' }, 5],
    ['that it allows 20 a second at least', { 'x-ratelimit-limit': '101', 'x-ratelimit-remaining': '60', 'x-ratelimit-reset': '2' }, 10],
    ['the same twice', { 'x-ratelimit-limit': ['101', '101'], 'x-ratelimit-remaining': '60, 60', 'x-ratelimit-reset': '2, 2' }, 10],
    ['nonsense', { 'x-ratelimit-limit': 'many' }, 5],
    ['a rate over an hour', { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '4000', 'x-ratelimit-reset': '3000' }, 5],
  ])('with headers that say %s', async (_name, headers, expected) => {
    const limited = { answer: { headers: headers as TransportResponse['headers'] }, seconds: 20 };
    expect(await after([limited])).toBeLessThanOrEqual(expected);
    expect(await after([limited])).toBeGreaterThan(expected - 1);
    expect(await after([good, { ...limited, seconds: 0.02 }])).toBeLessThanOrEqual(expected);
  });
});

/** Time that passes while requests are made, however slow the machine is: so much with each step. */
const stepped = { now: 0, monotonic: (): number => stepped.now };
const STEP_MS = 10;

async function pass(ms: number): Promise<void> {
  for (const until = stepped.now + ms; stepped.now < until; ) await sleep(1);
}

/** Makes as many requests as the adapting rate allows until it is told to stop. Keeps every rate that was reached. */
async function loadUntil(url: string, bounds: RateBounds, isDone: (rates: readonly number[]) => boolean): Promise<number[]> {
  const rate = new AdaptiveRate(stepped, bounds);
  const budget = new RequestBudget(() => budgetLimits(rate.perSecond(), 20), stepped.monotonic());
  const send = rate.watching(openTransport(url).send);
  const rates: number[] = [];
  const inFlight = new Set<Promise<unknown>>();
  const note = (): void => {
    if (rates.at(-1) !== rate.perSecond()) rates.push(rate.perSecond());
  };
  const step = (): void => {
    stepped.now += STEP_MS;
    for (; inFlight.size < 4 && budget.tokenAt('ordinary', stepped.monotonic()) <= stepped.monotonic(); ) {
      budget.take('ordinary', stepped.monotonic());
      const request: Promise<unknown> = send(REQUEST)
        .catch(() => undefined)
        .finally(() => {
          inFlight.delete(request);
          note();
        });
      inFlight.add(request);
    }
  };
  const timer = setInterval(step, 2);
  onTestFinished(() => clearInterval(timer));
  await until('the rate has done what it should', () => isDone(rates), { detail: () => rates.join(' ') });
  clearInterval(timer);
  await Promise.all(inFlight);
  return rates;
}

function falls(rates: readonly number[]): [number, number][] {
  return rates.slice(1).flatMap((rate, index): [number, number][] => (rate < (rates[index] ?? 0) ? [[rates[index] ?? 0, rate]] : []));
}

describe('with real servers', () => {
  const bounds = { least: 4, most: 40 };

  it('one that slows down beyond ten requests a second: the rate falls by half and tries again', async () => {
    let recent: number[] = [];
    const answer = async (): Promise<Reply> => {
      const now = stepped.monotonic();
      recent = [...recent.filter((at) => at > now - 1_000), now];
      if (recent.length > 10) await pass(1_500);
      return { status: 200, json: {} };
    };
    const { url } = await startTinyServer(answer);
    const rates = await loadUntil(url, bounds, (seen) => falls(seen).length >= 2);
    for (const [from, to] of falls(rates)) expect(to).toBe(Math.max(bounds.least, from / 2));
    expect(Math.max(...rates)).toBeLessThan(25);
  });

  it('one with a limiter and headers: the rate never rises above half of what it allows', async () => {
    const limiter = new RateLimiter({ perSecond: 20, burst: 40, by: 'address' });
    const { url, asked } = await startTinyServer((): Reply => {
      const verdict = limiter.take('us', stepped.monotonic());
      return { status: verdict.limited ? 429 : 200, headers: rateHeaders(verdict, 'address'), json: {} };
    });
    const rates = await loadUntil(url, bounds, (seen) => Math.max(...seen) > 5 && asked.length > 150);
    expect(Math.max(...rates)).toBeLessThanOrEqual(10);
  });

  it('one with a limiter and no headers: the rate falls by half at the first refusal', async () => {
    const limiter = new RateLimiter({ perSecond: 8, burst: 20, by: 'address' });
    let refused = 0;
    const { url, asked } = await startTinyServer((): Reply => {
      const { limited } = limiter.take('us', stepped.monotonic());
      if (limited) refused += 1;
      return { status: limited ? 429 : 200, json: {} };
    });
    const rates = await loadUntil(url, bounds, (seen) => falls(seen).length >= 2);
    expect(refused).toBeGreaterThan(0);
    for (const [from, to] of falls(rates)) expect(to).toBe(Math.max(bounds.least, from / 2));
    expect(refused).toBeLessThan(asked.length / 4);
  });
});
