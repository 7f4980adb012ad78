// Shortens the error of a model call to one line. Providers, proxies and the gateway pack errors into each other: JSON in JSON in text,
// lists, streams, pages of HTML, representations of other languages, whole or cut off. Pure.

import { asList, asRecord, asText, jsonText, parseJson } from '../../../core/json-guards.ts';
import type { SafeText } from './safe-text.ts';

const MAX_REASON_POINTS = 200;
const MAX_READ_CHARS = 20_000;
const MAX_DEPTH = 40; // each layer doubles the escapes, so no readable error is deeper
const MAX_PREFIX_CHARS = 100;
/** The fields of an error object that contain other errors, the best first: an inner error says more than the proxy's own. */
const NESTED_FIELDS =
  'metadata raw error errors cause body response data inner_error innererror upstream_error exception message detail'.split(' ');
const TEXT_FIELDS = 'message msg error_description error_message errorMessage detail details title reason raw error description'.split(' ');
const CODE_FIELDS = ['type', 'code', 'status', 'name'];
/** Placeholders without a reason. */
const NOTHING = /^(?:undefined|null|none|nan|error|\[object \w{1,20}\]|[\s\p{P}\p{S}]*)$/iu;

/**
 * `429 Rate limit exceeded` stays as it is; from `400 {"type":"error","error":{"message":"Bad request"}}` we take the message, through
 * any number of layers. One line, redacted, at most 200 code points; undefined when there is no reason.
 */
export function modelErrorReason(value: unknown, safe: SafeText): string | undefined {
  const raw = typeof value === 'object' && value !== null ? jsonText(value) : asText(value);
  if (raw === undefined) return undefined;
  const reason = reasonIn(safe.whole(raw).slice(0, MAX_READ_CHARS), 0);
  return reason === undefined ? undefined : asText(safe.line(reason, MAX_REASON_POINTS));
}

function reasonIn(text: string, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  return reasonOfPage(text) ?? reasonOfJson(text, depth) ?? informativeLine(text);
}

/** The title of a proxy's page, else its first heading, with the status in front. */
function reasonOfPage(text: string): string | undefined {
  const start = text.search(/<!doctype html|<html[\s>]|<head[\s>]|<title[\s>]/i);
  if (start < 0) return undefined;
  const page = text.slice(start);
  const heading = /<title[^>]{0,200}>([^<]{1,300})/i.exec(page)?.[1] ?? /<h[1-3][^>]{0,200}>([^<]{1,300})/i.exec(page)?.[1];
  const reason = heading === undefined ? undefined : withoutEntities(heading);
  const prefix = /\b[45]\d\d\b/.exec(text.slice(0, start))?.[0];
  if (reason === undefined || NOTHING.test(reason)) return prefix === undefined ? 'an error page' : `${prefix} an error page`;
  return prefix === undefined || reason.includes(prefix) ? reason : `${prefix} ${reason}`;
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

/** The reason in the first JSON of a text, with a status or a short text in front. */
function reasonOfJson(text: string, depth: number): string | undefined {
  const start = text.search(/[{[]\s*["'{\\]|^\s*"/);
  if (start < 0) return undefined;
  const json = text.slice(start);
  const parsed = parseJson(json) ?? parseJson(json.slice(0, lastBracket(json) + 1)) ?? parseJson(firstValue(json));
  const reason = parsed === undefined ? reasonInFragments(json, depth) : reasonOfValue(parsed, depth);
  return reason === undefined ? undefined : `${prefixOf(text.slice(0, start), reason)}${reason}`;
}

/** Keeps a status in front, and longer text unless it only introduces what follows. */
function prefixOf(before: string, reason: string): string {
  const prefix = (before.split('\n').at(-1) ?? '').replace(
    /\b(?:event|data|body|response|reason|error|message|details?)\s*[:=]\s*$|b?'$/gi,
    '',
  );
  if (prefix.length > MAX_PREFIX_CHARS || NOTHING.test(prefix) || reason.startsWith(prefix.trim())) return '';
  return /^\s*(?:HTTP\s*)?\d{3}\b/i.test(prefix) || prefix.trim().length >= 3 ? prefix.trimStart() : '';
}

function lastBracket(json: string): number {
  return Math.max(json.lastIndexOf('}'), json.lastIndexOf(']'));
}

/** The first complete object or list. It counts brackets, also those inside strings. */
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
  const reasonOfField = (name: string): string | undefined => reasonOfValue(record[name], depth + 1);
  // Read every field only once, or hostile nesting would take forever.
  const packed = NESTED_FIELDS.filter((name) => isPacked(record[name]));
  const plain = TEXT_FIELDS.filter((name) => !isPacked(record[name]));
  return firstOf(packed, reasonOfField) ?? firstOf(plain, reasonOfField) ?? firstOf(CODE_FIELDS, (name) => codeOf(record[name]));
}

/** Whether a value has parts of its own, also when it is written as text. */
function isPacked(value: unknown): boolean {
  return typeof value === 'string' ? /[{<]|^\s*["[]/.test(value) : typeof value === 'object';
}

function codeOf(value: unknown): string | undefined {
  const code = typeof value === 'number' ? String(value) : asText(value);
  return code === undefined || NOTHING.test(code) ? undefined : code;
}

/** The last message in JSON that was cut off, escaped, or written by a language with other quotes. */
function reasonInFragments(text: string, depth: number): string | undefined {
  const found = [
    ...text.matchAll(
      /\\{0,7}["'](?:message|msg|detail|error_description|error)\\{0,7}["']\s*:\s*\\{0,7}(["'])((?:(?!\\{0,7}\1)[^]){1,2000})/g,
    ),
  ];
  const pieces = found
    .map((match) =>
      (match[2] ?? '')
        .replace(/\\+n/g, '\n')
        .replace(/\\+(["'])/g, '$1')
        .trim(),
    )
    .filter((piece) => !NOTHING.test(piece));
  return firstOf(pieces.toReversed(), (piece) => reasonIn(piece, depth + 1));
}

/** The first line that is no placeholder. If it only introduces the next one, both. */
function informativeLine(text: string): string | undefined {
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
