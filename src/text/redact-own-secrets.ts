// Finds the secrets of our own configuration, in every form in which they could get into a text.

import type { Anchor, Hit } from './redact-anchors.ts';
import type { Span } from './redact-view.ts';

const MIN_SECRET_CHARS = 6; // shorter words occur everywhere
const MIN_PIECE_CHARS = 10; // this much of a cut-off secret is masked too

/** A whole form of a secret, or the first or last characters of one. */
export type OwnMeaning = { kind: 'whole'; length: number } | { kind: 'head' | 'tail'; secret: string };

/**
 * The forms to search: each secret as it is, percent-encoded, escaped for JSON, in base64 at any place (of UTF-8 and UTF-16), in
 * hexadecimal, or cut off at an end. Escapes of single characters are undone before the search.
 */
export function ownAnchors(secrets: readonly string[]): Anchor<OwnMeaning>[] {
  const known = secrets.filter((secret) => secret.length >= MIN_SECRET_CHARS);
  const forms = [...new Set(known.flatMap(formsOf))];
  const pieces = [...new Set(known.filter(isLong).flatMap((secret) => [secret, secret.replace(/\s+/g, '')]))];
  const anchor = (literal: string, meaning: OwnMeaning) => ({ literal, anyCase: false, meaning });
  return [
    ...forms.map((form) => anchor(form, { kind: 'whole', length: form.length })),
    ...pieces.map((secret) => anchor(secret.slice(0, MIN_PIECE_CHARS), { kind: 'head', secret })),
    ...pieces.map((secret) => anchor(secret.slice(-MIN_PIECE_CHARS), { kind: 'tail', secret })),
  ];
}

/** The secrets of our own. */
export function ownSpans(text: string, hits: readonly Hit<OwnMeaning>[]): Span[] {
  return hits.map(({ at, meaning }) => spanOf(text, at, meaning));
}

function spanOf(text: string, at: number, meaning: OwnMeaning): Span {
  switch (meaning.kind) {
    case 'whole':
      return { start: at, end: at + meaning.length };
    case 'head': {
      let length = MIN_PIECE_CHARS;
      while (length < meaning.secret.length && text[at + length] === meaning.secret[length]) length++;
      return { start: at, end: at + length };
    }
    case 'tail': {
      const end = at + MIN_PIECE_CHARS;
      let length = MIN_PIECE_CHARS;
      while (
        length < meaning.secret.length &&
        end > length &&
        text[end - length - 1] === meaning.secret[meaning.secret.length - length - 1]
      )
        length++;
      return { start: end - length, end };
    }
    default:
      return meaning satisfies never;
  }
}

function isLong(secret: string): boolean {
  return secret.length >= 2 * MIN_PIECE_CHARS && /[0-9]/.test(secret) && /[A-Za-z]/.test(secret);
}

function formsOf(secret: string): string[] {
  const encoded = encodeURIComponent(secret.toWellFormed());
  const utf8 = new TextEncoder().encode(secret);
  const forms = [
    secret,
    encoded,
    encoded.toLowerCase(),
    JSON.stringify(secret).slice(1, -1),
    secret.replace(/\s+/g, ''),
    ...base64Forms(utf8),
    ...base64Forms(utf16Bytes(secret)),
    secret.toUpperCase(),
    Array.from(secret).toReversed().join(''),
    ...listForms(secret, utf8),
    ...hexForms(utf8),
    ...hexForms(utf16Bytes(secret)),
    ...base64Forms(new TextEncoder().encode(btoa(String.fromCharCode(...utf8)).replace(/.{0,3}=*$/, ''))),
  ];
  return forms.filter((form) => form.length >= MIN_SECRET_CHARS);
}

/** Little-endian without its last zero, which the big-endian form contains as well. */
function utf16Bytes(text: string): Uint8Array {
  const bytes = Array.from(text, (_, index) => [text.charCodeAt(index) & 0xff, text.charCodeAt(index) >> 8]).flat();
  return Uint8Array.from(bytes.slice(0, -1));
}

/** Characters one by one, and their codes, as programs write lists. */
function listForms(secret: string, bytes: Uint8Array): string[] {
  const betweenCodes = [',', ', ', ' '];
  const betweenChars = [' ', ',', ', ', `","`, `", "`, `','`, `', '`];
  return [...betweenCodes.map((between) => bytes.join(between)), ...betweenChars.map((between) => Array.from(secret).join(between))];
}

/** In one word, or with something between the bytes, as dumps and lists of bytes have it. */
function hexForms(bytes: Uint8Array): string[] {
  const pairs = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
  const quads = pairs.map((pair, index) => (index % 2 === 1 && index < pairs.length - 1 ? `${pair} ` : pair)).join('');
  const forms = [...['', ' ', ':', '-', ',', ', '].map((between) => pairs.join(between)), pairs.join(', 0x'), pairs.join(',0x'), quads];
  return forms.flatMap((form) => [form, form.toUpperCase().replaceAll('0X', '0x')]);
}

/**
 * Inside longer data a secret has three base64 forms, by its distance from a multiple of three bytes. The characters at
 * both ends also depend on the neighbours and are left out.
 */
function base64Forms(bytes: Uint8Array): string[] {
  const forms = [0, 1, 2].map((shift) => {
    const padded = btoa(String.fromCharCode(...new Uint8Array(shift), ...bytes));
    return padded.slice(shift === 0 ? 0 : shift + 1, Math.floor(((shift + bytes.length) * 8) / 6));
  });
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}
