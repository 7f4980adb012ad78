// Secrets inside words that are base64 or hexadecimal: the word is read, and masked whole when what it says has a secret.

import type { Span } from './redact-view.ts';

const MIN_CHARS = 20;
const MAX_CHARS = 16_384;
const PROBE_CHARS = 24; // enough to tell text from noise
const BASE64_RUN = /[A-Za-z0-9+/_-]{20,}={0,2}/g;

/** Words that are an encoding of a text in which `hasSecret` sees a secret. */
export function encodedSpans(text: string, words: readonly Span[], hasSecret: (decoded: string) => boolean): Span[] {
  const spans: Span[] = [];
  for (const word of words) {
    if (text.startsWith(';base64,', word.start - 8)) continue;
    for (const run of text.slice(word.start, Math.min(word.end, word.start + MAX_CHARS)).matchAll(BASE64_RUN)) {
      const decoded = decode(run[0]);
      if (decoded !== undefined && hasSecret(decoded)) {
        spans.push({ start: word.start + run.index, end: word.start + run.index + run[0].length });
      }
    }
  }
  return spans;
}

function decode(run: string): string | undefined {
  if (run.length < MIN_CHARS) return undefined;
  if (mayBeHex(run)) return textOf(fromHex(run));
  if (!mayBeBase64(run)) return undefined;
  const probe = fromBase64(run.slice(0, PROBE_CHARS));
  return probe !== undefined && isText(probe) ? textOf(fromBase64(run)) : undefined;
}

/** Text in hexadecimal has a digit from 2 to 7 in every first place, or zeros. Looks at a few characters: most words fail at once. */
function mayBeHex(run: string): boolean {
  for (let at = 0; at < PROBE_CHARS && at + 1 < run.length; at += 2) {
    if (!'0234567'.includes(run.charAt(at)) || !'0123456789abcdefABCDEF'.includes(run.charAt(at + 1))) return false;
  }
  return true;
}

/** The first of every four characters holds the first six bits of a printable character, or of a zero in UTF-16. */
function mayBeBase64(run: string): boolean {
  for (let at = 0; at < PROBE_CHARS && at < run.length; at += 4) {
    if (!'AIJKLMNOPQRSTUVWXYZabcdef'.includes(run.charAt(at))) return false;
  }
  return true;
}

function fromHex(run: string): string | undefined {
  if (!/^[0-9A-Fa-f]+$/.test(run)) return undefined;
  return (run.match(/../g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join('');
}

function fromBase64(run: string): string | undefined {
  const plain = run.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
  const whole = plain.slice(0, plain.length % 4 === 1 ? -1 : undefined);
  return /^[A-Za-z0-9+/]*$/.test(whole) ? atob(whole) : undefined;
}

/** Printable characters only, perhaps with a zero after each: UTF-16 without it. */
function isText(decoded: string): boolean {
  return /^[\t\n\r -~]+$/.test(decoded.includes('\0') ? withoutZeros(decoded) : decoded);
}

function textOf(decoded: string | undefined): string | undefined {
  return decoded !== undefined && isText(decoded.slice(0, PROBE_CHARS)) ? withoutZeros(decoded) : undefined;
}

function withoutZeros(decoded: string): string {
  return decoded.replaceAll('\0', '');
}
