// How often somebody may try a token. Knows no request.

import { setBounded } from '../core/bounded-map.ts';
import { isLoopback } from '../core/loopback.ts';

const MAX_TRIES = 5; // of one address within a minute: people mistype, programs guess
const WINDOW_MS = 60_000;
const MAX_ADDRESSES = 1_000;
const ALL = 'all';

/** Counts wrong tokens, by address and of all. */
export class TokenTries {
  readonly #mostOfAll: number;
  readonly #triesByAddress = new Map<string, readonly number[]>();

  /** `mostOfAll`: so many of all addresses together within a minute. */
  constructor(mostOfAll = Number.POSITIVE_INFINITY) {
    this.#mostOfAll = mostOfAll;
  }

  /** How long that address has to wait, 0 if it may try. */
  waitMs(address: string, now: number): number {
    return Math.max(this.#waitMs(address, MAX_TRIES, now), this.#waitMs(ALL, this.#mostOfAll, now));
  }

  failed(address: string, now: number): void {
    for (const who of [ALL, address]) setBounded(this.#triesByAddress, who, [...this.#recent(who, now), now], MAX_ADDRESSES);
  }

  #waitMs(who: string, most: number, now: number): number {
    const recent = this.#recent(who, now);
    return recent.length < most ? 0 : Math.max(0, (recent.at(-most) ?? now) + WINDOW_MS - now);
  }

  #recent(who: string, now: number): readonly number[] {
    return (this.#triesByAddress.get(who) ?? []).filter((at) => Math.abs(now - at) < WINDOW_MS); // a clock that was set back locks nobody out for a day
  }
}

/** How long a request with a token in its header has to wait. On this machine the right one never has to: no program here locks people out. */
export function headerWaitMs(tries: TokenTries, { address, isRight, now }: { address: string; isRight: boolean; now: number }): number {
  const waitMs = tries.waitMs(address, now);
  if (!isRight && waitMs === 0) tries.failed(address, now);
  return isRight && isLoopback(address) ? 0 : waitMs;
}
