// Private keys in their text armour, whole or cut off at either end.

import type { Span } from './redact-view.ts';

const BEGIN = /-{4,5} ?BEGIN[A-Z0-9 ]{0,40} PRIVATE KEY(?: BLOCK)? ?-{4,5}/g;
const END = /-{4,5} ?END[A-Z0-9 ]{0,40} PRIVATE KEY(?: BLOCK)? ?-{4,5}/g;
const HEADER = /^(?:Proc-Type|DEK-Info|Version|Comment|Hash):/;
const LINE_BREAK = /\n|(?:\\{1,4}r)?\\{1,4}n/g; // inside JSON the breaks are escaped
const BORDER = ' \t\r"\'`,+>|│\\'; // indentation, quoting and string concatenation around a line
const MAX_KEY_CHARS = 32_768; // an RSA key of 16,384 bits has about 13,000
const FULL_LINE_CHARS = 32; // armoured lines have 64 or 76, only the last one is shorter

/** Every private key, with its markers. */
export function blockSpans(text: string): Span[] {
  if (!text.includes('PRIVATE KEY')) return [];
  const begins = markersIn(text, BEGIN);
  const ends = markersIn(text, END);
  const spans: Span[] = [];
  let covered = 0;
  let next = 0;
  for (const [index, begin] of begins.entries()) {
    for (; (ends[next]?.start ?? text.length) < begin.start; next++) covered = coverHeadless(text, covered, ends[next], spans);
    if (begin.start < covered) continue;
    covered = blockEnd(text, begin.end, ends[next], begins[index + 1]?.start ?? text.length);
    spans.push({ start: begin.start, end: covered });
  }
  for (; next < ends.length; next++) covered = coverHeadless(text, covered, ends[next], spans);
  return spans;
}

function markersIn(text: string, pattern: RegExp): Span[] {
  return [...text.matchAll(pattern)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

function blockEnd(text: string, bodyStart: number, end: Span | undefined, nextBegin: number): number {
  const isWhole = end !== undefined && end.start <= nextBegin && end.start - bodyStart <= MAX_KEY_CHARS;
  return isWhole ? end.end : cutBodyEnd(text, bodyStart, nextBegin);
}

/** An end marker without its beginning. */
function coverHeadless(text: string, covered: number, end: Span | undefined, spans: Span[]): number {
  if (end === undefined || end.start < covered) return covered;
  spans.push({ start: headlessBodyStart(text, covered, end.start), end: end.end });
  return end.end;
}

/** The end marker is missing: everything up to the first line that cannot belong to a key, or to the next key. */
function cutBodyEnd(text: string, start: number, limit: number): number {
  let end = 0;
  for (const line of linesOf(text.slice(start, Math.min(limit, start + MAX_KEY_CHARS)))) {
    if (line.text === '') continue;
    if (!isKeyLine(line.text)) return start + Math.max(end, line.start + torn(line.text));
    end = line.start + line.text.length;
  }
  return start + end;
}

/** How much of a line that was cut off in the middle, and marked so, is key. */
function torn(line: string): number {
  const run = /^[A-Za-z0-9+/=]*/.exec(line)?.[0].length ?? 0;
  return run >= 16 || /^(?:…|\.\.|\[)/.test(line.slice(run)) ? run : 0;
}

/** The begin marker is missing: everything back to the last line that cannot belong to a key. */
function headlessBodyStart(text: string, after: number, end: number): number {
  const from = Math.max(after, end - MAX_KEY_CHARS);
  let start = end - from;
  let isLast = true;
  for (const line of [...linesOf(text.slice(from, end))].toReversed()) {
    if (line.text === '') continue;
    if (!isKeyLine(line.text) || (!isLast && line.text.length < FULL_LINE_CHARS)) break;
    start = line.start;
    isLast = false;
  }
  return from + start;
}

/** Base64 without spaces, or in long runs between them; or a header of the armour. */
function isKeyLine(line: string): boolean {
  if (HEADER.test(line)) return true;
  const runs = line.split(/\s+/);
  return runs.every((run, index) => /^[A-Za-z0-9+/=]+$/.test(run) && (run.length >= 16 || index === runs.length - 1));
}

/** Lines without their borders; `start` is where the remaining text begins. */
function* linesOf(text: string): Generator<{ text: string; start: number }> {
  let from = 0;
  for (const match of chain(text.matchAll(LINE_BREAK), text.length)) {
    let start = from;
    let end = match.index;
    while (start < end && BORDER.includes(text.charAt(start))) start++;
    while (end > start && BORDER.includes(text.charAt(end - 1))) end--;
    yield { text: text.slice(start, end), start };
    from = match.index + match[0].length;
  }
}

function* chain(matches: Iterable<RegExpExecArray>, end: number): Generator<{ index: number; 0: string }> {
  yield* matches;
  yield { index: end, 0: '' };
}
