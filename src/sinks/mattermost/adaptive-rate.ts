// Adapts the rate of requests to how Mattermost answers: up in small steps while it answers fast, down by half at once when it does not.

import type { Clock } from '../../core/clock.ts';
import { FAILURES, PushError } from '../../core/sink.ts';
import type { ResponseHeaders, Transport, TransportRequest, TransportResponse } from './transport.ts';

/** Requests a second. Where both are equal, nothing adapts. */
export interface RateBounds {
  least: number;
  most: number;
}

const SLOW_MS = 1_000;
const STEP = 1 / 5; // of the least rate, each second: from 5 to 50 takes 45 seconds
const WINDOW_MS = 1_000;
const SHARE_OF_LIMIT = 1 / 2; // other clients share the limiter

export class AdaptiveRate {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #bounds: RateBounds;
  #perSecond: number;
  /** The answers of the present window. */
  #window = { fromAt: 0, answers: 0 };
  #fellAt = Number.NEGATIVE_INFINITY;
  /** What the limiter surely allows a second, as far as its headers have shown; `undefined` without a limiter. */
  #allowed: number | undefined;

  constructor(clock: Pick<Clock, 'monotonic'>, bounds: RateBounds) {
    this.#clock = clock;
    this.#bounds = bounds;
    this.#perSecond = bounds.least;
  }

  perSecond(): number {
    return this.#perSecond;
  }

  /** The same transport. What happens to its requests decides the rate. */
  watching(transport: Transport): Transport {
    return async (request) => {
      const startedAt = this.#clock.monotonic();
      try {
        const response = await transport(request);
        this.#takeAnswer(response, this.#clock.monotonic() - startedAt);
        return response;
      } catch (error) {
        if (isFailure(error, request)) this.#fall();
        throw error;
      }
    };
  }

  #takeAnswer({ status, headers }: TransportResponse, tookMs: number): void {
    this.#allowed = allowedAfter(this.#allowed, headers, status);
    this.#perSecond = Math.min(this.#perSecond, this.#most());
    if (tookMs > SLOW_MS || status === 429 || status >= 500) this.#fall();
    else this.#count();
  }

  /** Rises after a window in which at least half of the rate was used. */
  #count(): void {
    const now = this.#clock.monotonic();
    const elapsedMs = now - this.#window.fromAt;
    this.#window.answers += 1;
    if (elapsedMs < WINDOW_MS) return;
    const isUsed = this.#window.answers >= (this.#perSecond / 2) * (elapsedMs / 1_000);
    this.#window = { fromAt: now, answers: 0 };
    if (isUsed) this.#perSecond = Math.min(this.#most(), this.#perSecond + this.#bounds.least * STEP);
  }

  /** What fails within a second fails for one reason. */
  #fall(): void {
    const now = this.#clock.monotonic();
    this.#window = { fromAt: now, answers: 0 };
    if (now - this.#fellAt < WINDOW_MS) return;
    this.#fellAt = now;
    this.#perSecond = Math.max(this.#bounds.least, this.#perSecond / 2);
  }

  #most(): number {
    const { least, most } = this.#bounds;
    return this.#allowed === undefined ? most : Math.max(least, Math.min(most, this.#allowed * SHARE_OF_LIMIT));
  }
}

function isFailure(error: unknown, { signal }: TransportRequest): boolean {
  return error instanceof PushError && FAILURES[error.reason].isHealthFailure && signal?.aborted !== true;
}

/**
 * A limiter does not say its rate. But as many requests as are missing in the bucket take as long as it says until it is full again. It
 * rounds the time up and what is left down, so this is less than the rate. The most that was ever seen counts, until a refusal.
 */
function allowedAfter(known: number | undefined, headers: ResponseHeaders, status: number): number | undefined {
  const found = ['limit', 'remaining', 'reset'].map((name) => headers[`x-ratelimit-${name}`]);
  if (found.every((header) => header === undefined)) return undefined;
  if (status === 429) return 0;
  const [limit, remaining, resetS] = found.map(firstNumber);
  const surely = (Number(limit) - Number(remaining) - 1) / Math.max(1, Number(resetS));
  return Math.max(known ?? 0, Number.isNaN(surely) ? 0 : surely);
}

/** The limiter by user sends its headers twice, sometimes joined. */
function firstNumber(header: string | string[] | undefined): number {
  return Number.parseFloat([header ?? ''].flat()[0] ?? '');
}
