// The reason of a failed model call, however deep it is packed.

import { describe, expect, it } from 'vitest';
import { decodeLines, assistantLine, entry } from './transcript-lines.ts';

const QUOTA = 'The quota is used up. Please wait.';
const packed = (value: unknown): string => JSON.stringify(value, undefined, 2);
const google = packed({ error: { code: 429, message: QUOTA, status: 'RESOURCE_EXHAUSTED', details: [{ '@type': 'x' }] } });

function reasonOf(fields: object): string | undefined {
  const said = decodeLines(assistantLine({ content: [], stopReason: 'error', ...fields })).events[0];
  return said?.type === 'message' ? said.reason : undefined;
}

describe('the reason of a failed model call', () => {
  it.each<[string, string, string | undefined]>([
    ['plain words', '429 Rate limit exceeded', '429 Rate limit exceeded'],
    ['JSON behind a status', '400 {"type":"error","error":{"type":"x","message":"Bad request"}}', '400 Bad request'],
    ['JSON in JSON', packed({ error: { message: google, code: 429, status: 'Too Many Requests' } }), QUOTA],
    ['JSON in JSON in JSON', packed({ error: { message: packed({ error: { message: google } }) } }), QUOTA],
    ['JSON in a JSON text', JSON.stringify(google), QUOTA],
    ['a list', `[${google}]`, QUOTA],
    ['a list of errors', packed({ errors: [{ message: QUOTA, domain: 'global' }] }), QUOTA],
    ['an error as a text', packed({ error: QUOTA }), QUOTA],
    ['a code and words', packed({ error: 'quota_exceeded', message: QUOTA }), QUOTA],
    ['a detail', packed({ detail: QUOTA }), QUOTA],
    ['details of a validation', packed({ detail: [{ loc: ['body'], msg: QUOTA }] }), QUOTA],
    [
      'what a provider told a proxy',
      `429 ${packed({ error: { message: 'Provider returned error', metadata: { raw: google } } })}`,
      `429 ${QUOTA}`,
    ],
    [
      'plain words that a provider told a proxy',
      packed({ error: { message: 'Provider returned error', metadata: { raw: QUOTA } } }),
      QUOTA,
    ],
    ['words that lead to it', `request to https://m.example failed, reason: ${google}`, `request to https://m.example failed, ${QUOTA}`],
    ['an error of many lines', `\n\nThe call failed:\n${QUOTA}\n    at f (x.js:1)`, `The call failed: ${QUOTA}`],
    ['a stream', `event: error\ndata: ${JSON.stringify({ error: { message: QUOTA } })}\n\n`, QUOTA],
    ['JSON that was cut off', `{"error":{"code":429,"message":"${QUOTA} And`, `${QUOTA} And`],
    ['escaped JSON that was cut off', `{"error":{"message":"{\\n  \\"error\\": {\\n    \\"message\\": \\"${QUOTA}`, QUOTA],
    [
      'a representation of Python',
      `litellm.RateLimitError: {'error': {'message': '${QUOTA}', 'code': 429}}`,
      `litellm.RateLimitError: ${QUOTA}`,
    ],
    ['bytes of Python', `Exception b'${JSON.stringify({ error: { message: QUOTA } })}'`, `Exception ${QUOTA}`],
    ['JSON with words behind it', `${JSON.stringify({ error: { message: QUOTA } })} (request id 7)`, QUOTA],
    [
      'a page of a proxy',
      '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center></body></html>',
      '502 Bad Gateway',
    ],
    [
      'a page behind a status',
      '503 <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Down &amp; out</title></head></html>',
      '503 Down & out',
    ],
    [
      'a page in JSON',
      packed({ error: { message: '<html><head><title>504 Gateway Time-out</title></head></html>' } }),
      '504 Gateway Time-out',
    ],
    ['a page without a title', '500 <html><body><h1>Internal Server Error</h1><p>x</p></body></html>', '500 Internal Server Error'],
    ['a page that says nothing', '502 <html><body></body></html>', '502 an error page'],
    ['a type only', packed({ type: 'error', error: { type: 'overloaded_error' } }), 'overloaded_error'],
    ['brackets only', '{', undefined],
    ['an object that was not written out', '[object Object]', undefined],
    ['nothing', 'undefined', undefined],
  ])('is found in %s', (_what, errorMessage, reason) => {
    expect(reasonOf({ errorMessage })).toBe(reason);
  });

  it('is the answer of the provider where the error says nothing', () => {
    expect(reasonOf({ errorMessage: '[object Object]', errorBody: google })).toBe(QUOTA);
    expect(reasonOf({ errorBody: { error: { message: QUOTA } } })).toBe(QUOTA);
    expect(reasonOf({ errorType: 'overloaded_error' })).toBe('overloaded_error');
  });

  it('is found in the failure of a whole run, too', () => {
    const line = entry({ type: 'custom', customType: 'openclaw:prompt-error', data: { runId: 'r', error: `429 ${google}` } });
    expect(decodeLines(line).events[0]).toMatchObject({ type: 'run_ended', outcome: 'failed', reason: `429 ${QUOTA}` });
  });

  it('is redacted, and found in little time however an error is made', () => {
    expect(reasonOf({ errorMessage: packed({ error: { message: 'bad key hush-abcdefgh' } }) })).toBe('bad key [masked]');
    const hostile = [
      '{"message":"'.repeat(1_500),
      '\\'.repeat(19_000),
      '[{'.repeat(9_000),
      `${'"message":"a'.repeat(1_500)}`,
      '<title '.repeat(2_500),
    ];
    const startedAt = performance.now();
    for (const errorMessage of hostile) reasonOf({ errorMessage });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
