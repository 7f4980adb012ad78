// Secrets that are given away by the name beside them: `KEY=value`, `"key": "value"`, `--password value`, `<password>value<`.

import { type NameKind, nameKind } from './redact-names.ts';
import { isSecretValue, type Standing } from './redact-values.ts';
import type { Span } from './redact-view.ts';

const IDENTIFIER = /[A-Za-z_$][\w$.-]*/g;
const MAX_VALUE_CHARS = 8_192; // a longer value is masked up to its next white space
const OPENING_QUOTE = /(\\{0,3})["'`]|&quot;|%22/y;
const SEPARATOR =
  /(?:\\{0,3}["'`]|&quot;|%22)?\]?([ \t]{0,8})(?::[ \t]{0,2}[A-Za-z][A-Za-z<>|[\]]{0,24}[ \t]{0,2}=(?!=)|:=|=>|={1,3}|:|%3[dDaA])([ \t]{0,8}(?:\n[ \t]{0,40}(?=\\{0,3}["'`]))?)/y;
const OPTION_SEPARATOR = /=|[ \t]{1,8}|\\{0,3}["'`][ \t]{0,4},[ \t\n]{0,40}/y;
const NAMED_VALUE = /\\{0,3}["'`]?[ \t]{0,4},?\s{0,60}\\{0,3}["'`]?value\\{0,3}["'`]?[ \t]{0,4}[:=][ \t]{0,4}/iy;
const BESIDE = /[ \t]{1,4}(?:to[ \t]{1,4}|as[ \t]{1,4})?[*"'`]{0,2}(?=[A-Za-z0-9+/=_~-]{16})/y;
const SAID = /[ \t]{1,4}(?:is|was)(?:[ \t]{1,4}|[ \t]{0,2}:[ \t]{0,4})[*"'`]{0,2}(?=[^\s"'`])/y;
const UNQUOTED = /^[^\s"'`<>]+/;

/** The values of all names that announce a secret, in a text without explicit line breaks. */
export function pairSpans(text: string): Span[] {
  const spans: Span[] = [];
  IDENTIFIER.lastIndex = 0;
  for (let match = IDENTIFIER.exec(text); match !== null; match = IDENTIFIER.exec(text)) {
    const name = match[0].replace(/[.$-]{1,8}$/, '');
    const kind = nameKind(name);
    if (kind === undefined) continue;
    const span = valueSpan(text, { start: match.index, end: match.index + name.length, name, kind });
    if (span === undefined) continue;
    spans.push(span);
    IDENTIFIER.lastIndex = span.end;
  }
  return spans;
}

interface Named extends Span {
  name: string;
  kind: NameKind;
}

function valueSpan(text: string, named: Named): Span | undefined {
  if (text[named.start - 1] === '<' && text[named.end] === '>') return elementSpan(text, named);
  const place = optionPlace(text, named) ?? separatedPlace(text, named) ?? prosePlace(text, named);
  return place === undefined ? undefined : readValue(text, place, named);
}

/** Where a value begins, and how it stands beside its name. */
interface Place {
  at: number;
  standing: Standing;
}

function optionPlace(text: string, { start, end }: Named): Place | undefined {
  if (!text.startsWith('--', start - 2) && !/(?:^|\s)-$/.test(text.slice(Math.max(0, start - 2), start))) return undefined;
  const option = sticky(OPTION_SEPARATOR, text, end);
  return option === undefined || text[option.end] === '-' ? undefined : { at: option.end, standing: 'option' };
}

function separatedPlace(text: string, { start, end, name }: Named): Place | undefined {
  const separator = sticky(SEPARATOR, text, end);
  if (separator !== undefined && !isWholeString(text, start, separator.end)) {
    return { at: separator.end, standing: separator.isTight ? 'joined' : 'spaced' };
  }
  const value = sticky(NAMED_VALUE, text, end);
  if (value !== undefined) return { at: value.end, standing: 'joined' };
  return /^(?:set|with)/i.test(name) && text[end] === '(' ? { at: end + 1, standing: 'quoted' } : undefined;
}

function prosePlace(text: string, { end, kind }: Named): Place | undefined {
  const said = sticky(SAID, text, end);
  if (said !== undefined) return { at: said.end, standing: 'said' };
  const beside = kind === 'key' ? undefined : sticky(BESIDE, text, end);
  return beside === undefined ? undefined : { at: beside.end, standing: 'beside' };
}

function sticky(pattern: RegExp, text: string, at: number): { end: number; isTight: boolean } | undefined {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const isTight = match[1] === '' && match[2] === '' && !match[0].endsWith(':');
  return { end: at + match[0].length, isTight };
}

/** `'Password: '`: the quote mark after the name closes the string that the name begins. */
function isWholeString(text: string, start: number, end: number): boolean {
  return /["'`]/.test(text.charAt(start - 1)) && text[start - 1] === text[end] && !text.slice(start, end).includes(text.charAt(end));
}

function elementSpan(text: string, { end, name, kind }: Named): Span | undefined {
  const from = end + 1;
  const close = text.slice(from, from + MAX_VALUE_CHARS).indexOf('<');
  const value = text.slice(from, from + Math.max(0, close)).trim();
  return isSecretValue({ value, kind, name, standing: 'quoted', endsLine: false }) ? { start: from, end: from + close } : undefined;
}

function readValue(text: string, { at, standing }: Place, { name, kind }: Named): Span | undefined {
  OPENING_QUOTE.lastIndex = at;
  const opening = OPENING_QUOTE.exec(text)?.[0];
  const span = opening === undefined ? unquotedSpan(text, at) : quotedSpan(text, at + opening.length, opening);
  if (span === undefined || (opening === undefined && standing === 'quoted')) return undefined;
  const endsLine = /^(?:["'`\\]|[ \t]{0,8}(?:\n|$))/.test(text.slice(span.end, span.end + 12));
  const value = text.slice(span.start, span.end).replace(/\n[ \t]*/g, '');
  const isQuoted = opening !== undefined && (standing === 'joined' || standing === 'spaced');
  return isSecretValue({ value, kind, name, standing: isQuoted ? 'quoted' : standing, endsLine }) ? span : undefined;
}

/** Up to the same quote mark. Without one the value was cut off, or goes on in the next line. */
function quotedSpan(text: string, start: number, opening: string): Span {
  const limit = Math.min(text.length, start + MAX_VALUE_CHARS);
  const window = text.slice(start, limit);
  const close = closingQuote(window, opening);
  const lineEnd = window.indexOf('\n');
  if (close >= 0 && (lineEnd < 0 || close < lineEnd || isWrapped(window.slice(lineEnd, close)))) return { start, end: start + close };
  return { start, end: lineEnd >= 0 ? start + lineEnd : limit };
}

function closingQuote(window: string, opening: string): number {
  for (let at = window.indexOf(opening); at >= 0; at = window.indexOf(opening, at + 1)) {
    if (opening.startsWith('\\') || window[at - 1] !== '\\') return at;
  }
  return -1;
}

/** Text between two line breaks of one quoted value: no prose, and not much of it. */
function isWrapped(rest: string): boolean {
  return rest.length <= 512 && rest.split('\n').every((line) => !/\S\s+\S/.test(line));
}

function unquotedSpan(text: string, start: number): Span | undefined {
  const end = unquotedEnd(text, start);
  return end === start ? undefined : { start, end: wrappedEnd(text, start, end) };
}

/** White space and quotes end a value; so do `;`, `&`, `,` and `|` before the next `name=` and closing brackets at its end. */
function unquotedEnd(text: string, start: number): number {
  const run = UNQUOTED.exec(text.slice(start, start + MAX_VALUE_CHARS))?.[0] ?? '';
  const stop = run.search(/[;&,|]{1,8}(?:[\w.%-]{1,64}=|$)/);
  const value = stop > 0 ? run.slice(0, stop) : run;
  const hasOpening = /[([{]/.test(value);
  return start + (hasOpening ? value : value.replace(/[)\]}]{1,8}$/, '')).length;
}

/** A random-looking value at the very end of its line goes on when the next line is nothing but its rest. */
function wrappedEnd(text: string, start: number, end: number): number {
  const next = /^\n[ \t]{0,40}([A-Za-z0-9+/_.~-]{4,256}={0,2})["']?(?=\n|$)/.exec(text.slice(end, end + 300));
  const isRest = next?.[1] !== undefined && /[0-9]/.test(next[1]) && /[A-Za-z]/.test(next[1]);
  return isRest && next !== null && /^[A-Za-z0-9+/=_.~-]{8,}$/.test(text.slice(start, end)) ? end + next[0].length : end;
}
