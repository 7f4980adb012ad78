// The cookie that stands for the token after the login form, and how often somebody may try. Knows no request.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { setBounded } from '../core/bounded-map.ts';

export const COOKIE = 'live-status';
export const COOKIE_MS = 30 * 24 * 3_600_000;

/** Holds until that instant, and as long as the token is the same. Says nothing of the token. */
export function cookieValue(token: string, until: number): string {
  return `${until}.${macOf(token, until)}`;
}

/** Whether the `Cookie` header has one that was made with this token and still holds. */
export function hasCookie(header: string | undefined, token: string, now: number): boolean {
  return (header ?? '').split(';').some((pair) => {
    const [, until = '', mac = ''] = /^ *live-status=(\d{1,15})\.([0-9a-f]{64}) *$/.exec(pair) ?? [];
    return mac !== '' && Number(until) > now && isEqual(mac, macOf(token, Number(until)));
  });
}

function macOf(token: string, until: number): string {
  return createHmac('sha256', token).update(`page until ${until}`).digest('hex');
}

function isEqual(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

const MAX_TRIES = 5; // of one address within a minute: people mistype, programs guess
const MAX_TRIES_OF_ALL = 50;
const WINDOW_MS = 60_000;
const MAX_ADDRESSES = 1_000;
const ALL = 'all';

/** Counts wrong tokens, by address and of all. */
export class LoginTries {
  readonly #triesByAddress = new Map<string, readonly number[]>();

  /** How long that address has to wait, 0 if it may try. */
  waitMs(address: string, now: number): number {
    return Math.max(this.#waitMs(address, MAX_TRIES, now), this.#waitMs(ALL, MAX_TRIES_OF_ALL, now));
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
