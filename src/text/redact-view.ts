// The forms of a text that the detectors search: without line breaks, marks or escapes. It also masks the spans that they find.

import { charTable, isIn, runEnd } from './char-sets.ts';

/** A piece of a text, from `start` up to but not including `end`. */
export interface Span {
  start: number;
  end: number;
}

/** A place where characters were removed from a text, or several became one. */
export interface Jump {
  /** Index in the new text of the first character after it. */
  at: number;
  /** Characters taken out up to and including here. */
  removed: number;
  /** How many characters beyond one the character before `at` had in the source. */
  widthBefore: number;
}

/** A place where a line break was removed. `explicit`: the break itself shows that the line goes on. */
export interface Joint extends Jump {
  explicit: boolean;
}

/** A text in another form, with the positions in the source. */
export interface Reading {
  text: string;
  /** In the order of their places. */
  jumps: readonly Jump[];
}

/** A text without its line breaks, so that a secret that was wrapped is one piece again. */
export interface JoinedText {
  text: string;
  /** In the order of their places. */
  joints: readonly Joint[];
}

/** The text in the place of a secret. */
export const MASK = '[redacted]';
/** The end of a text whose rest was not searched. */
export const REST_MASK = `${MASK}…`;
const MAX_BEFORE_CHARS = 256; // no detector reads further back from its literal

/**
 * A break with the indentation and quote mark of the next line; with a backslash before it or as a string that is
 * closed and opened again, it is explicit.
 */
const BREAK = /(["'`])[ \t]{0,8}[+\\.]?[ \t]{0,8}\n[ \t]{0,64}[+]?[ \t]{0,8}\1|(\\?)\n[ \t]{0,64}(?:[>|│+][ \t])?/g;
const MAX_CHARS_BEFORE_BREAK = 18; // that belong to it
/** What may stand before a line feed and belong to its break. After anything else the break begins with the line feed. */
const BEFORE_BREAK = charTable('"\'`\\+. \t');
const INDENTATION = charTable(' \t');
const MAX_INDENTATION_CHARS = 64;
const LINE_MARKS = '>|│+';

interface Break extends Span {
  explicit: boolean;
}

/** A text without any line breaks, and one without the explicit ones. */
export function joinLines(text: string): { joined: JoinedText; lines: JoinedText } {
  const breaks = breaksOf(text);
  return {
    joined: withoutBreaks(text, breaks),
    lines: withoutBreaks(
      text,
      breaks.filter(({ explicit }) => explicit),
    ),
  };
}

function breaksOf(text: string): Break[] {
  const breaks: Break[] = [];
  let from = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
    const found = isIn(BEFORE_BREAK, text, at - 1) ? breakAround(text, from, at) : plainBreak(text, at);
    breaks.push(found);
    from = found.end;
  }
  return breaks;
}

function plainBreak(text: string, start: number): Break {
  const end = runEnd(INDENTATION, text, start + 1, Math.min(text.length, start + 1 + MAX_INDENTATION_CHARS));
  const isMarked = LINE_MARKS.includes(text.charAt(end) || ' ') && isIn(INDENTATION, text, end + 1);
  return { start, end: isMarked ? end + 2 : end, explicit: false };
}

function breakAround(text: string, from: number, at: number): Break {
  BREAK.lastIndex = Math.max(from, at - MAX_CHARS_BEFORE_BREAK);
  const match = BREAK.exec(text);
  if (match === null) return plainBreak(text, at);
  return { start: match.index, end: BREAK.lastIndex, explicit: match[1] !== undefined || match[2] === '\\' };
}

function withoutBreaks(text: string, breaks: readonly Break[]): JoinedText {
  if (breaks.length === 0) return { text, joints: [] };
  const joints: Joint[] = [];
  const parts: string[] = [];
  let from = 0;
  let removed = 0;
  for (const { start, end, explicit } of breaks) {
    parts.push(text.slice(from, start));
    from = end;
    removed += end - start;
    joints.push({ at: end - removed, explicit, removed, widthBefore: 0 });
  }
  parts.push(text.slice(from));
  return { text: parts.join(''), joints };
}

/** Marks of emphasis and code, escapes of Markdown, and tags that do the same: what a reader does not see. */
const MARK =
  /\*{1,3}|(?<!=)`{1,3}|~~|(?<![A-Za-z0-9_])_{1,2}(?=[^\s_])|(?<=[^\s_])_{1,2}(?![A-Za-z0-9_])|\\(?=[_*`~#.\-:|()[\]])|<\/?(?:b|i|u|em|strong|code|kbd|tt|mark)>/gi;
const HAS_MARK = /[*`\\]|~~|(?:^|[\s(|:])_{1,2}[^\s_]|<\/?[a-z]{1,6}>/i;

/** The text as people see it. `undefined` when it is the same. */
export function withoutMarks(text: string): Reading | undefined {
  return HAS_MARK.test(text) ? replaced(text, MARK, () => '') : undefined;
}

/** Letters of other alphabets that look like ours, beside letters that are ours. */
const LOOK_ALIKES = new Map(
  Array.from('аеорсухіјѕкмтвнАВЕКМНОРСТУХІЈЅοανικρτυχεΑΒΕΖΗΙΚΜΝΟΡΤΥΧ\u212a', (char, index): [string, string] => [
    char,
    'aeopcyxijskmtbhABEKMHOPCTYXIJSoavikptuxeABEZHIKMNOPTYXk'.charAt(index),
  ]),
);
const FOREIGN_BESIDE_OURS =
  /(?<=[A-Za-z])[\u0370-\u04ff]|[\u0370-\u04ff](?=[A-Za-z])|[\u212a\u2460-\u24e9\uff01-\uff5e]|[\u{1d400}-\u{1d7ff}]/gu;
const HAS_LOOK_ALIKE = /[\u0370-\u04ff\u212a\u2460-\u24e9\uff01-\uff5e]|[\u{1d400}-\u{1d7ff}]/u;

/** The text with letters of our alphabet for those that only look like them. `undefined` when it is the same. */
export function withoutLookAlikes(text: string): Reading | undefined {
  return HAS_LOOK_ALIKE.test(text) ? replaced(text, FOREIGN_BESIDE_OURS, ([char]) => latinOf(char)) : undefined;
}

/** Wide letters and those that are drawn in another style are compatible with ours, by Unicode's own tables. */
function latinOf(char: string): string {
  const known = LOOK_ALIKES.get(char);
  if (known !== undefined) return known;
  const compatible = char.normalize('NFKC');
  const latin = compatible.length === 1 ? compatible : char;
  LOOK_ALIKES.set(char, latin); // no more than the few blocks have that are looked through
  return latin;
}

/** One character as an escape of JSON, a URL, a program or HTML. */
const ESCAPE =
  /\\{1,4}u\{([0-9a-f]{2,6})\}|\\{1,4}u([0-9a-f]{4})|\\{1,4}x([0-9a-f]{2})|%(?:25){0,2}([0-9a-f]{2})|&#x([0-9a-f]{2,6});|&#([0-9]{2,7});|\\{1,4}([01][0-7]{2})|\\{1,4}(?=\/)/gi;
const HAS_ESCAPE = /\\|%[0-9a-f]|&#/i;

/** The text with its escapes undone, so far as they stand for printable characters of ASCII. `undefined` when it is the same. */
export function withoutEscapes(text: string): Reading | undefined {
  return HAS_ESCAPE.test(text) ? replaced(text, ESCAPE, unescaped) : undefined;
}

function unescaped([whole, braced, u, x, percent, hex, decimal, octal]: RegExpExecArray): string {
  const digits = braced ?? u ?? x ?? percent ?? hex;
  if (digits === undefined && decimal === undefined && octal === undefined) return '';
  const code = digits === undefined ? Number.parseInt(decimal ?? octal ?? '', decimal === undefined ? 8 : 10) : Number.parseInt(digits, 16);
  return code > 0x20 && code < 0x7f ? String.fromCharCode(code) : whole;
}

/** Every match becomes nothing or one character; a replacement that is the match itself leaves it alone. */
function replaced(text: string, pattern: RegExp, replacement: (match: RegExpExecArray) => string): Reading | undefined {
  const jumps: Jump[] = [];
  const parts: string[] = [];
  let from = 0;
  let removed = 0;
  for (const match of text.matchAll(pattern)) {
    const next = replacement(match);
    if (next === match[0]) continue;
    parts.push(text.slice(from, match.index), next);
    from = match.index + match[0].length;
    removed += match[0].length - next.length;
    jumps.push({ at: from - removed, removed, widthBefore: next === '' ? 0 : match[0].length - 1 });
  }
  parts.push(text.slice(from));
  return jumps.length === 0 ? undefined : { text: parts.join(''), jumps };
}

/** The index of the first joint at or after a place of the joined text. */
export function jointAtOrAfter({ joints }: JoinedText, place: number): number {
  return jumpAtOrAfter(joints, place);
}

/** Whether a line break was taken out inside a span. */
export function hasJoint(joined: JoinedText, { start, end }: Span): boolean {
  return (joined.joints[jointAtOrAfter(joined, start + 1)]?.at ?? end) < end;
}

function jumpAtOrAfter(jumps: readonly Jump[], place: number): number {
  let low = 0;
  let high = jumps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((jumps[middle]?.at ?? 0) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a span of a changed text lies in the original. */
export function spanInSource(jumps: readonly Jump[], span: Span): Span {
  const after = jumps[jumpAtOrAfter(jumps, span.end)];
  const width = after?.at === span.end ? after.widthBefore : 0;
  return { start: placeInSource(jumps, span.start), end: placeInSource(jumps, span.end - 1) + 1 + width };
}

/** Where a character of a changed text lies in the original. */
export function placeInSource(jumps: readonly Jump[], place: number): number {
  return place + (jumps[jumpAtOrAfter(jumps, place + 1) - 1]?.removed ?? 0);
}

/**
 * Everything from a little before a place to the end: if a detector gives up there, we do not show the rest. The text before may be the
 * secret of what follows, as in `x is the password`. The span has no end, and its mark is `REST_MASK`.
 */
export function restSpan(text: string, place: number): Span {
  const before = text.slice(0, Math.max(0, place - MAX_BEFORE_CHARS));
  return { start: before.length - (/\S*$/.exec(before.slice(-MAX_BEFORE_CHARS))?.[0].length ?? 0), end: Number.POSITIVE_INFINITY };
}

/** The text with every span replaced by one mark. Spans may overlap and come in any order. */
export function maskSpans(text: string, spans: readonly Span[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const span of mergeSpans(spans)) {
    parts.push(text.slice(from, span.start), span.end === Number.POSITIVE_INFINITY ? REST_MASK : MASK);
    from = span.end;
  }
  return parts.join('') + text.slice(from);
}

function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else merged.push({ ...span });
  }
  return merged;
}
