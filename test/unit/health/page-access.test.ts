import { describe, expect, it } from 'vitest';
import { accessPolicy, accessRefusal } from '../../../src/health/page-access.ts';

const TOKEN = 'a-token-of-health';

function statusOf(
  host: string,
  token: string | undefined,
  request: { host?: string; authorization?: string; isOpenPage?: boolean },
): number {
  const { host: asked, authorization, isOpenPage = false } = request;
  return accessRefusal(accessPolicy(host, token), { host: asked, authorization, isOpenPage })?.status ?? 200;
}

describe('a page on loopback', () => {
  it.each([
    'localhost',
    'localhost:9090',
    'LOCALHOST:1',
    'localhost.',
    'health.localhost:9090',
    '127.0.0.1',
    '127.0.0.1:9090',
    '127.8.9.1:1',
    '[::1]',
    '[::1]:9090',
    undefined,
  ])('answers to the name %s', (host) => expect(statusOf('127.0.0.1', undefined, host === undefined ? {} : { host })).toBe(200));

  it.each([
    'evil.example',
    'evil.example:9090',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'localhost@evil.example',
    'xlocalhost',
    '192.168.0.7',
    '0.0.0.0:9090',
    '169.254.169.254',
    '[::]:9090',
    '[fe80::1]',
    'a b',
    '',
    'localhost:x',
    '%',
  ])('refuses the name %s, whatever page is asked for', (host) => {
    for (const bound of ['127.0.0.1', '::1', 'localhost', '127.0.0.2']) {
      expect(statusOf(bound, undefined, { host })).toBe(403);
      expect(statusOf(bound, TOKEN, { host, isOpenPage: true, authorization: `Bearer ${TOKEN}` })).toBe(403);
    }
  });
});

describe('a page that other machines can reach', () => {
  it.each(['10.0.0.3:9090', 'pod-7.example:9090', undefined])('answers to any name with the token, such as %s', (host) => {
    for (const bound of ['0.0.0.0', '::', '10.0.0.3', 'pod-7.example'])
      expect(statusOf(bound, TOKEN, { ...(host === undefined ? {} : { host }), authorization: `Bearer ${TOKEN}` })).toBe(200);
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer wrong',
    `Bearer ${TOKEN}x`,
    `Bearer x${TOKEN}`,
    `Bearer ${TOKEN.slice(1)}`,
    TOKEN,
    `Basic ${TOKEN}`,
    `Bearer ${TOKEN.toUpperCase()}`,
    `Bearer ${TOKEN} ${TOKEN}`,
    `Bearer\n${TOKEN}`,
  ])('does not take %j for the token', (authorization) =>
    expect(statusOf('0.0.0.0', TOKEN, authorization === undefined ? {} : { authorization })).toBe(401),
  );

  it('tells everybody that the process is alive', () => expect(statusOf('0.0.0.0', TOKEN, { isOpenPage: true })).toBe(200));
  it('takes the scheme in any case', () => expect(statusOf('::', TOKEN, { authorization: `bearer ${TOKEN}` })).toBe(200));
});

it('asks for a token on loopback, too, when one is set', () => {
  expect(statusOf('127.0.0.1', TOKEN, { host: 'localhost' })).toBe(401);
  expect(statusOf('127.0.0.1', TOKEN, { host: 'localhost', authorization: `Bearer ${TOKEN}` })).toBe(200);
});
