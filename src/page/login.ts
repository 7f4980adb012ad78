// The cookie that stands for the token after the login form. Knows no request.

import { createHmac, timingSafeEqual } from 'node:crypto';

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
