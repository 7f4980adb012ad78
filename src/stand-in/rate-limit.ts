// The optional request limiter. It keeps one theoretical arrival time per client.

/** As in Mattermost's settings; its defaults are 10 per second, burst 100, by address. */
export interface RateLimit {
  perSecond: number;
  burst: number;
  /** `user` counts per token and doubles every header, as `VaryByUser` does. */
  by: 'address' | 'user';
}

/** The limiter's decision on one request; times are milliseconds. */
export interface Verdict {
  limited: boolean;
  limit: number;
  remaining: number;
  resetMs: number;
  retryAfterMs: number;
}

/** The generic cell rate algorithm, with the figures of the recorded server: limit is burst + 1. */
export class RateLimiter {
  private readonly settings: RateLimit;
  private readonly arrivalByClient = new Map<string, number>();

  constructor(settings: RateLimit) {
    this.settings = settings;
  }

  /** Counts one request of `client` at `now`. A limited request costs nothing. */
  take(client: string, now: number): Verdict {
    const intervalMs = 1000 / this.settings.perSecond;
    const toleranceMs = intervalMs * (this.settings.burst + 1);
    const arrival = Math.max(now, this.arrivalByClient.get(client) ?? now);
    const retryAfterMs = arrival + intervalMs - toleranceMs - now;
    const limited = retryAfterMs > 0;
    const nextArrival = limited ? arrival : arrival + intervalMs;
    this.arrivalByClient.set(client, nextArrival);
    const resetMs = nextArrival - now;
    return { limited, limit: this.settings.burst + 1, remaining: Math.floor((toleranceMs - resetMs) / intervalMs), resetMs, retryAfterMs };
  }
}

/** The headers for a decision: whole seconds, rounded up. A refusal has them once, even where passed requests have them twice. */
export function rateHeaders(verdict: Verdict, by: RateLimit['by']): Record<string, string | string[]> {
  const values: [string, number][] = [
    ['x-ratelimit-limit', verdict.limit],
    ['x-ratelimit-remaining', verdict.remaining],
    ['x-ratelimit-reset', Math.ceil(verdict.resetMs / 1000)],
  ];
  const twice = by === 'user' && !verdict.limited;
  const headers = Object.fromEntries(values.map(([name, value]) => [name, twice ? [String(value), String(value)] : String(value)]));
  return verdict.limited ? { ...headers, 'retry-after': String(Math.ceil(verdict.retryAfterMs / 1000)) } : headers;
}
