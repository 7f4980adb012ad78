// Finds secrets inside words of base64 or hexadecimal: decodes the word, and masks all of it if the decoded text has a secret.

import { charTable, isIn } from './char-sets.ts';
import type { Span } from './redact-view.ts';

const MAX_CHARS = 16_384;
const PROBE_CHARS = 24; // enough to tell text from noise
const SHORT_CHARS = 64; // not worth a probe
/** The first of every four characters of text in base64: six bits of a printable character, or of a zero in UTF-16. */
const BASE64_FIRST = charTable('AIJKLMNOPQRSTUVWXYZabcdef');
/** The first and the second character of every pair of text in hexadecimal. */
const HEX_FIRST = charTable('0234567');
const HEX = charTable('0123456789abcdefABCDEF');

/** Runs that encode a text with a secret. All decoded texts are searched as one, a line each: `secretsIn` finds their spans. */
export function encodedSpans(text: string, runs: readonly Span[], secretsIn: (decoded: string) => readonly Span[]): Span[] {
  const decodable = runs.flatMap((run) => {
    const decoded = text.startsWith(';base64,', run.start - 8)
      ? undefined
      : decode(text.slice(run.start, Math.min(run.end, run.start + MAX_CHARS)));
    return decoded === undefined ? [] : [{ run, decoded }];
  });
  if (decodable.length === 0) return [];
  const secrets = secretsIn(decodable.map(({ decoded }) => decoded).join('\n'));
  let next = 0;
  return decodable.flatMap(({ run, decoded }) => {
    const start = next;
    next += decoded.length + 1;
    return secrets.some((secret) => secret.start < start + decoded.length && secret.end > start) ? [run] : [];
  });
}

function decode(run: string): string | undefined {
  if (mayBeHex(run)) return textOf(fromHex(run));
  if (!mayBeBase64(run)) return undefined;
  return run.length <= SHORT_CHARS || isText(fromBase64(run.slice(0, PROBE_CHARS))) ? textOf(fromBase64(run)) : undefined;
}

/** Checks a few characters: most words fail at once. */
function mayBeHex(run: string): boolean {
  for (let at = 0; at < PROBE_CHARS && at + 1 < run.length; at += 2) {
    if (!isIn(HEX_FIRST, run, at) || !isIn(HEX, run, at + 1)) return false;
  }
  return true;
}

function mayBeBase64(run: string): boolean {
  for (let at = 0; at < PROBE_CHARS && at < run.length; at += 4) {
    if (!isIn(BASE64_FIRST, run, at)) return false;
  }
  return true;
}

function fromHex(run: string): string | undefined {
  if (!/^[0-9A-Fa-f]+$/.test(run)) return undefined;
  return (run.match(/../g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join('');
}

/** Drops a last character that adds less than a byte. */
function fromBase64(run: string): string {
  const plain = /[-_=]/.test(run) ? run.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/') : run;
  return atob(plain.length % 4 === 1 ? plain.slice(0, -1) : plain);
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
