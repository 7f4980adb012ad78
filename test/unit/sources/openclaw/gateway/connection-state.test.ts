// What the end of a connection means, code by code, and when the next attempt is due.

import { describe, expect, it } from 'vitest';
import { type LinkEnd, ourCodes, verdictOf } from '../../../../../src/sources/openclaw/gateway/connection-state.ts';
import { decodeFrame, decodeHello } from '../../../../../src/sources/openclaw/gateway/wire.ts';

const HELLO = decodeHello({ auth: { scopes: ['operator.read'] } });
const end = (code: number, more: Partial<LinkEnd> = {}): LinkEnd => ({ code, reason: '', ...more });
const refusedWith = (error: Record<string, unknown>): LinkEnd => {
  const frame = decodeFrame(JSON.stringify({ type: 'res', id: 'r1', ok: false, error }));
  if (frame?.kind !== 'refused') throw new Error('that is no refusal');
  return end(1008, { refusal: frame.refusal });
};
const auth = (code: string): LinkEnd => refusedWith({ code: 'INVALID_REQUEST', message: 'unauthorized', details: { code } });

describe('a connection that ended', () => {
  it.each<[string, LinkEnd, string, string, RegExp]>([
    ['refused as a socket', end(1006, { cause: 'connect ECONNREFUSED' }), 'unreachable', 'backoff', /ECONNREFUSED/],
    ['broken', end(1006), 'unreachable', 'backoff', /the connection broke/],
    ['closed in order', end(1000), 'unreachable', 'backoff', /closed with code 1000/],
    ['of another protocol', end(1002, { reason: 'protocol mismatch' }), 'protocol', 'slow', /protocol 3 or 4 \(protocol mismatch\)/],
    ['closed before it was let in', end(1008, { reason: 'invalid token' }), 'auth', 'slow', /invalid token/],
    ['too slow', end(1008, { hello: HELLO, reason: 'slow consumer' }), 'unreachable', 'backoff', /slow consumer/],
    ['sent too much', end(1009), 'unreachable', 'backoff', /26 MiB/],
    ['ended by a restart', end(1012, { hello: HELLO }), 'starting', 'fast', /restarting/],
    ['told to come again', end(1013), 'starting', 'fast', /starting/],
    ['dead', end(ourCodes.dead, { hello: HELLO }), 'unreachable', 'backoff', /answers no ping/],
    ['without ticks', end(ourCodes.noTicks, { hello: HELLO }), 'unreachable', 'backoff', /ticks/],
    ['no gateway', end(ourCodes.noHandshake), 'unreachable', 'backoff', /not answer like an OpenClaw gateway/],
    ['blind', end(ourCodes.blind, { hello: decodeHello({ auth: { scopes: [] } }) }), 'blind', 'slow', /no scope at all.*live-status pair/],
    ['without a token', end(ourCodes.noToken, { reason: 'GATEWAY_TOKEN_FILE is empty' }), 'auth', 'slow', /GATEWAY_TOKEN_FILE is empty/],
    ['refused for its token', auth('AUTH_TOKEN_MISMATCH'), 'auth', 'slow', /put the value of its gateway\.auth\.token into GATEWAY_TOKEN/],
    ['refused without a token', auth('AUTH_TOKEN_MISSING'), 'auth', 'slow', /set GATEWAY_TOKEN/],
    ['refused for too many tries', auth('AUTH_RATE_LIMITED'), 'auth', 'slow', /too many wrong tokens/],
    ['refused for its device', auth('DEVICE_AUTH_SIGNATURE_INVALID'), 'auth', 'slow', /DEVICE_AUTH_SIGNATURE_INVALID/],
    ['of an unknown device', auth('PAIRING_REQUIRED'), 'pairing', 'slow', /openclaw devices approve/],
    ['refused for its protocol', auth('PROTOCOL_MISMATCH'), 'protocol', 'slow', /too old or too new/],
    ['refused for something new', auth('BRAND_NEW'), 'unreachable', 'backoff', /BRAND_NEW/],
  ])('%s', (_what, ended, state, retry, words) => {
    const verdict = verdictOf(ended);
    expect([verdict.state.state, verdict.retry]).toEqual([state, retry]);
    expect('because' in verdict.state ? verdict.state.because : '').toMatch(words);
  });

  it.each([
    [{ code: 'UNAVAILABLE', message: 'gateway starting', retryAfterMs: 500 }, 'fast'],
    [{ code: 'INVALID_REQUEST', message: 'wait', retryAfterMs: 500, details: { code: 'AUTH_RATE_LIMITED' } }, 'slow'],
    [{ code: 'BUSY', message: 'wait', retryAfterMs: 500 }, 'backoff'],
  ])('%o is not disturbed sooner than it asked for', (error, retry) => {
    expect(verdictOf(refusedWith(error))).toMatchObject({ retry, retryAfterMs: 500 });
  });
});
