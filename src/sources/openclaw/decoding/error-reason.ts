// A model call's error as one short line. Providers, proxies and the gateway pack errors into each other: JSON in JSON in text, lists,
// streams, pages of HTML, representations of other languages, in whole or cut off. Pure.

import { asList, asRecord, asText, parseJson } from '../../../core/json-guards.ts';
import type { SafeText } from './safe-text.ts';

const MAX_REASON_POINTS = 200;
const MAX_READ_CHARS = 20_000;
const MAX_DEPTH = 40; // each layer of escapes doubles the last, so no error that can be read is deeper
const MAX_PREFIX_CHARS = 100;
/** Where an error object keeps its words, the most telling first: what a proxy was told says more than that it was told something. */
const INNER = 'metadata raw error errors cause body response data inner_error innererror upstream_error exception message detail'.split(
  ' ',
);
const WORDS = 'message msg error_description error_message errorMessage detail details title reason raw error description'.split(' ');
const CODES = ['type', 'code', 'status', 'name'];
/** Told where the words are missing, and no words themselves. */
const NOTHING = /^(?:undefined|null|none|nan|error|\[object \w{1,20}\]|[\s\p{P}\p{S}]*)$/iu;

/**
 * `429 Rate limit exceeded` stays as it is; of `400 {"type":"error","error":{"message":"Bad request"}}` the message is taken, through any
 * number of layers. One line, redacted, at most 200 code points; undefined when nothing says why.
 */
export function modelErrorReason(value: unknown, safe: SafeText): string | undefined {
  const raw = typeof value === 'object' && value !== null ? JSON.stringify(value) : asText(value);
  if (raw === undefined) return undefined;
  const words = reasonIn(safe.whole(raw).slice(0, MAX_READ_CHARS), 0);
  return words === undefined ? undefined : asText(safe.line(words, MAX_REASON_POINTS));
}

function reasonIn(text: string, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  return reasonOfPage(text) ?? reasonOfJson(text, depth) ?? tellingLine(text);
}

/** A proxy's page: its title, else its first heading, with the status in front of it. */
function reasonOfPage(text: string): string | undefined {
  const start = text.search(/<!doctype html|<html[\s>]|<head[\s>]|<title[\s>]/i);
  if (start < 0) return undefined;
  const page = text.slice(start);
  const heading = /<title[^>]{0,200}>([^<]{1,300})/i.exec(page)?.[1] ?? /<h[1-3][^>]{0,200}>([^<]{1,300})/i.exec(page)?.[1];
  const words = heading === undefined ? undefined : withoutEntities(heading);
  const prefix = /\b[45]\d\d\b/.exec(text.slice(0, start))?.[0];
  if (words === undefined || NOTHING.test(words)) return prefix === undefined ? 'an error page' : `${prefix} an error page`;
  return prefix === undefined || words.includes(prefix) ? words : `${prefix} ${words}`;
}

function withoutEntities(text: string): string {
  const plain: Record<string, string> = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    nbsp: ' ',
    '#39': "'",
    '#x27': "'",
    mdash: '-',
    ndash: '-',
  };
  return text
    .replace(/&(#?\w{1,6});/g, (whole, name: string) => plain[name.toLowerCase()] ?? whole)
    .replace(/\s+/g, ' ')
    .trim();
}

/** The first JSON in a text, with a status or a few words in front of it. */
function reasonOfJson(text: string, depth: number): string | undefined {
  const start = text.search(/[{[]\s*["'{\\]|^\s*"/);
  if (start < 0) return undefined;
  const json = text.slice(start);
  const parsed = parseJson(json) ?? parseJson(json.slice(0, lastBracket(json) + 1)) ?? parseJson(firstValue(json));
  const words = parsed === undefined ? wordsInPieces(json, depth) : reasonOfValue(parsed, depth);
  return words === undefined ? undefined : `${prefixOf(text.slice(0, start), words)}${words}`;
}

/** A status stays in front; of longer words only those that do not merely lead to what follows. */
function prefixOf(before: string, words: string): string {
  const prefix = (before.split('\n').at(-1) ?? '').replace(
    /\b(?:event|data|body|response|reason|error|message|details?)\s*[:=]\s*$|b?'$/gi,
    '',
  );
  if (prefix.length > MAX_PREFIX_CHARS || NOTHING.test(prefix) || words.startsWith(prefix.trim())) return '';
  return /^\s*(?:HTTP\s*)?\d{3}\b/i.test(prefix) || prefix.trim().length >= 3 ? prefix.trimStart() : '';
}

function lastBracket(json: string): number {
  return Math.max(json.lastIndexOf('}'), json.lastIndexOf(']'));
}

/** What stands behind the first whole object: the brackets of a text are counted, whatever its strings hold. */
function firstValue(json: string): string {
  let open = 0;
  for (let index = 0; index < json.length; index++) {
    const sign = json[index];
    if (sign === '{' || sign === '[') open += 1;
    if ((sign === '}' || sign === ']') && --open === 0) return json.slice(0, index + 1);
  }
  return '';
}

function reasonOfValue(value: unknown, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const text = asText(value);
  if (text !== undefined) return reasonIn(text, depth + 1);
  if (Array.isArray(value)) return firstOf(asList(value).slice(0, 10), (item) => reasonOfValue(item, depth + 1));
  const record = asRecord(value);
  if (record === undefined) return undefined;
  const tell = (name: string): string | undefined => reasonOfValue(record[name], depth + 1);
  // Every member is looked at once, or hostile nesting would take for ever.
  const packed = INNER.filter((name) => isPacked(record[name]));
  const plain = WORDS.filter((name) => !isPacked(record[name]));
  return firstOf(packed, tell) ?? firstOf(plain, tell) ?? firstOf(CODES, (name) => codeOf(record[name]));
}

/** Something with parts of its own, also where it is written as a text. */
function isPacked(value: unknown): boolean {
  return typeof value === 'string' ? /[{<]|^\s*["[]/.test(value) : typeof value === 'object';
}

function codeOf(value: unknown): string | undefined {
  const code = typeof value === 'number' ? String(value) : asText(value);
  return code === undefined || NOTHING.test(code) ? undefined : code;
}

/** JSON that was cut off, escaped, or written by a language that quotes otherwise: the last words that are named as such. */
function wordsInPieces(text: string, depth: number): string | undefined {
  const found = [
    ...text.matchAll(
      /\\{0,7}["'](?:message|msg|detail|error_description|error)\\{0,7}["']\s*:\s*\\{0,7}(["'])((?:(?!\\{0,7}\1)[^]){1,2000})/g,
    ),
  ];
  const words = found
    .map((match) =>
      (match[2] ?? '')
        .replace(/\\+n/g, '\n')
        .replace(/\\+(["'])/g, '$1')
        .trim(),
    )
    .filter((piece) => !NOTHING.test(piece));
  return firstOf(words.toReversed(), (piece) => reasonIn(piece, depth + 1));
}

/** The first line that says something, together with the next one when it only leads to that. */
function tellingLine(text: string): string | undefined {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/^(?:data|event):\s*/, '').trim())
    .filter((line) => !NOTHING.test(line));
  const [first, second] = lines;
  return first !== undefined && /[:,]$/.test(first) && second !== undefined ? `${first} ${second}` : first?.replace(/[\s:,{[]+$/, '');
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
