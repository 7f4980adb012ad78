// The secrets of our own configuration, in every form in which they could reach a text.

import type { JoinedText, Span } from './redact-view.ts';

const MIN_SECRET_CHARS = 6; // shorter words occur everywhere
const MIN_PIECE_CHARS = 10; // this much of a cut-off secret is masked too

/** A finder of secrets: as they are, percent-encoded, escaped for JSON, in base64 at any place, or cut off at an end. */
export function createOwnFinder(secrets: readonly string[]): (joined: JoinedText) => Span[] {
  const known = secrets.filter((secret) => secret.length >= MIN_SECRET_CHARS);
  const forms = [...new Set(known.flatMap(formsOf))].toSorted((a, b) => b.length - a.length);
  const pieces = [...new Set(known.filter(isLong).flatMap((secret) => [secret, secret.replace(/\s+/g, '')]))];
  return ({ text }) => [...forms.flatMap((form) => occurrences(text, form)), ...pieces.flatMap((secret) => pieceSpans(text, secret))];
}

function isLong(secret: string): boolean {
  return secret.length >= 2 * MIN_PIECE_CHARS && /[0-9]/.test(secret) && /[A-Za-z]/.test(secret);
}

function formsOf(secret: string): string[] {
  const encoded = encodeURIComponent(secret.toWellFormed());
  const forms = [secret, encoded, encoded.toLowerCase(), JSON.stringify(secret).slice(1, -1), secret.replace(/\s+/g, '')];
  return [...forms, ...base64Forms(secret)].filter((form) => form.length >= MIN_SECRET_CHARS);
}

/**
 * Inside longer data a secret has three base64 forms, by its distance from a multiple of three bytes. The characters at
 * both ends also depend on the neighbours and are left out.
 */
function base64Forms(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  const forms = [0, 1, 2].map((shift) => {
    const padded = btoa(String.fromCharCode(...new Uint8Array(shift), ...bytes));
    return padded.slice(shift === 0 ? 0 : shift + 1, Math.floor(((shift + bytes.length) * 8) / 6));
  });
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

function occurrences(text: string, form: string): Span[] {
  const spans: Span[] = [];
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length)) spans.push({ start: at, end: at + form.length });
  return spans;
}

/** The beginning of a secret whose end was cut off, and the end of one whose beginning was. */
function pieceSpans(text: string, secret: string): Span[] {
  const heads = occurrences(text, secret.slice(0, MIN_PIECE_CHARS)).map(({ start, end }) => {
    let length = end - start;
    while (length < secret.length && text[start + length] === secret[length]) length++;
    return { start, end: start + length };
  });
  const tails = occurrences(text, secret.slice(-MIN_PIECE_CHARS)).map(({ start, end }) => {
    let length = end - start;
    while (length < secret.length && start > end - length && text[end - length - 1] === secret[secret.length - length - 1]) length++;
    return { start: end - length, end };
  });
  return [...heads, ...tails];
}
