import { expect, it } from 'vitest';
import { COOKIE, cookieValue, hasCookie } from '../../../src/page/login.ts';
import { isSameOrigin } from '../../../src/page/same-origin.ts';

const now = 1_000_000;

it('a cookie holds for its token and its time, and says nothing of the token', () => {
  const value = cookieValue('secret token', now + 10);
  const header = `a=b; ${COOKIE}=${value}; c=d`;
  expect(value).not.toContain('secret');
  expect([hasCookie(header, 'secret token', now), hasCookie(header, 'other', now), hasCookie(header, 'secret token', now + 10)]).toEqual([
    true,
    false,
    false,
  ]);
});

it.each([
  undefined,
  '',
  `${COOKIE}=`,
  `${COOKIE}=secret token`,
  `${COOKIE}=${now + 10}.`,
  `${COOKIE}=${now + 10}.${'0'.repeat(64)}`,
  `${COOKIE}=${cookieValue('secret token', now + 10).replace(/^\d+/, String(now + 99))}`,
  `x${COOKIE}=${cookieValue('secret token', now + 10)}`,
])('a cookie that we did not make opens nothing: %s', (header) => {
  expect(hasCookie(header, 'secret token', now)).toBe(false);
});

it.each([
  [{ host: '127.0.0.1:9090' }, true],
  [{ host: '127.0.0.1:9090', origin: 'http://127.0.0.1:9090' }, true],
  [{ host: 'STATUS.example.org', origin: 'https://status.example.org' }, true],
  [{ host: '127.0.0.1:9090', origin: 'http://127.0.0.1:9090', 'sec-fetch-site': 'same-origin' }, true],
  [{ host: '127.0.0.1:9090', 'sec-fetch-site': 'none' }, true],
  [{ host: '127.0.0.1:9090', origin: 'http://127.0.0.1:8065' }, false],
  [{ host: '127.0.0.1:9090', origin: 'http://evil.example' }, false],
  [{ host: '127.0.0.1:9090', origin: 'null' }, false],
  [{ host: '127.0.0.1:9090', 'sec-fetch-site': 'cross-site' }, false],
  [{ host: '127.0.0.1:9090', 'sec-fetch-site': 'same-site' }, false],
  [{ origin: 'http://evil.example' }, false],
])('whether %o comes from our own page: %s', (headers, isOurs) => {
  expect(isSameOrigin(headers)).toBe(isOurs);
});
