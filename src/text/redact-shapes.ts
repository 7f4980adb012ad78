// Finds secrets by their own shape, as `redact-shape-table.ts` lists them, in one pass.

import type { Anchor, Hit } from './redact-anchors.ts';
import { charTable, type CharTable, isIn, runEnd, runStart } from './char-sets.ts';
import { SHAPE_ROWS } from './redact-shape-table.ts';
import { CLASS_CHARS, parseTemplate, type Segment, type Proof } from './redact-template.ts';
import { type JoinedText, type Joint, jointAtOrAfter, type Span } from './redact-view.ts';

/** A shape that begins with a fixed text. */
export interface PrefixShape {
  prefix: string;
  /** Which characters may follow, by their codes. */
  body: CharTable;
  /** With fewer characters, a key that was cut off looks like a word. */
  min: number;
  /** The length of a whole body: nothing of the next line belongs to it then. */
  full: number;
  /** Bodies of many lengths: only `min` is known. */
  isOpen: boolean;
  proof: Proof;
  /** What the body must contain, and where. We search for it instead of the beginning. */
  inside: { at: number; text: string } | undefined;
}

const MIN_PREFIX_CHARS = 2;
const CUT_OFF_SHARE = 0.4; // a key that lost more of its body is useless
const OPEN_SHARE = 0.7; // of the least length where a shape has many
const MIN_WORD_CHARS = 20; // every key without a fixed beginning has at least as many
const MAX_BODY_CHARS = 8_192; // longer tokens are not in use
/** In names of files a UUID follows the time of day, of which `00` looks like the beginning of a key. */
const TIME_AND_UUID = /^-\d\d-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const CURSOR = /cursor[\\"']{0,4} ?[:=] ?[\\"']{0,4}$/i;
const ALNUM = charTable(CLASS_CHARS.A);
const DIGIT = charTable(CLASS_CHARS.D);
const MAX_PADDING_CHARS = 2;
const PADDING = charTable('=');
const RUN = charTable(`${CLASS_CHARS.B}_-`);
const WORD = charTable(`${CLASS_CHARS.A}+/_.=~:|!$%@-`);

const ALL = SHAPE_ROWS.flatMap(([, template, , proof = 'random']) => parseTemplate(template).map((segments) => ({ segments, proof })));
const isPrefixed = ({ segments: [first] }: { segments: Segment[] }) => first?.kind === 'literal' && first.text.length >= MIN_PREFIX_CHARS;
const PREFIX_SHAPES: PrefixShape[] = ALL.filter(isPrefixed).map(prefixShape);
const WHOLE_SHAPES = ALL.filter((shape) => !isPrefixed(shape)).map(({ segments }) => segments);
/** The piece that a word must contain before we try a shape without a beginning: most words have none. */
const SHAPES_WITH_REQUIRED = WHOLE_SHAPES.flatMap((segments) => {
  const required = requiredPiece(segments);
  return required === undefined ? [] : [{ required, pattern: wholePattern([segments]) }];
});
const ANY_REQUIRED = new RegExp(SHAPES_WITH_REQUIRED.map(({ required }) => escaped(required)).join('|'));
const OTHER_SHAPES = wholePattern(WHOLE_SHAPES.filter((segments) => requiredPiece(segments) === undefined));

/** The fixed beginnings of all shapes that have one, or a better piece to search for. */
export const SHAPE_ANCHORS: readonly Anchor<PrefixShape>[] = PREFIX_SHAPES.map((shape) => ({
  literal: shape.inside?.text ?? shape.prefix,
  anyCase: false,
  meaning: shape,
}));

/** A short beginning that many words share needs the inner piece, too. */
function requiredInside([first, run, third]: Segment[]): PrefixShape['inside'] {
  const isShort = first?.kind === 'literal' && first.text.length <= 4;
  return isShort && run?.kind === 'run' && run.min === run.max && third?.kind === 'literal' && third.text.length >= 3
    ? { at: run.min, text: third.text }
    : undefined;
}

function prefixShape({ segments, proof }: { segments: Segment[]; proof: Proof }): PrefixShape {
  const [first, ...rest] = segments;
  const full = rest.reduce((sum, segment) => sum + (segment.kind === 'run' ? segment.min : segment.text.length), 0);
  const isOpen = rest.some((segment) => segment.kind === 'run' && segment.max > segment.min);
  const prefix = first?.kind === 'literal' ? first.text : '';
  const least = proof === 'any' ? 6 : prefix.length >= 6 ? 8 : 12;
  const body = charTable(rest.map((segment) => (segment.kind === 'run' ? CLASS_CHARS[segment.chars] : segment.text)).join(''));
  return {
    prefix,
    body,
    min: Math.min(full, Math.max(least, Math.floor(full * (isOpen ? OPEN_SHARE : CUT_OFF_SHARE)))),
    full,
    isOpen,
    proof,
    inside: requiredInside(segments),
  };
}

function requiredPiece(segments: Segment[]): string | undefined {
  return segments.flatMap((segment) => (segment.kind === 'literal' && segment.text.length >= MIN_PREFIX_CHARS ? [segment.text] : []))[0];
}

function wholePattern(shapes: Segment[][]): RegExp {
  const runs = (segments: Segment[]) =>
    segments.map((segment) =>
      segment.kind === 'literal' ? escaped(segment.text) : `[${escaped(CLASS_CHARS[segment.chars])}]{${segment.min},${segment.max}}`,
    );
  return new RegExp(`(?:${shapes.map((segments) => runs(segments).join('')).join('|')})(?![A-Za-z0-9])`, 'y');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** All keys of a known shape, also when they are wrapped over lines. */
export function shapeSpans(joined: JoinedText, hits: readonly Hit<PrefixShape>[]): Span[] {
  const spans: Span[] = [];
  const readUntil = new Map<PrefixShape, number>();
  for (const hit of hits) {
    const { meaning } = hit;
    const at = meaning.inside === undefined ? hit.at : hit.at - meaning.inside.at - meaning.prefix.length;
    if (meaning.inside !== undefined && !joined.text.startsWith(meaning.prefix, at)) continue;
    // What begins inside a body that was read has an even shorter one.
    if (at < (readUntil.get(meaning) ?? 0) || !startsWord(joined, at)) continue;
    const { end, isKey } = readKey(joined, meaning, at);
    if (meaning.proof !== 'exact') readUntil.set(meaning, end);
    if (isKey && !isCursor(joined.text, at, end)) spans.push({ start: at, end });
  }
  return spans;
}

/** Keys that have no fixed beginning, in words that are long enough for one. */
export function wordShapeSpans(text: string, words: readonly Span[]): Span[] {
  return words.flatMap((word) => {
    const whole = text.slice(word.start, word.end);
    const patterns = !ANY_REQUIRED.test(whole)
      ? []
      : SHAPES_WITH_REQUIRED.flatMap(({ required, pattern }) => (whole.includes(required) ? [pattern] : []));
    return wholeShapesIn(text, word, [OTHER_SHAPES, ...patterns]);
  });
}

function wholeShapesIn(text: string, word: Span, patterns: readonly RegExp[]): Span[] {
  const spans: Span[] = [];
  for (let at = word.start; at + MIN_WORD_CHARS <= word.end; at++) {
    if (!isIn(ALNUM, text, at) || (at > word.start && isIn(ALNUM, text, at - 1))) continue;
    for (const pattern of patterns) {
      pattern.lastIndex = at;
      const match = pattern.exec(text)?.[0];
      if (match === undefined || !isRandom(match)) continue;
      spans.push({ start: at, end: at + match.length });
      at += match.length;
      break;
    }
  }
  return spans;
}

/** Runs of the characters of keys, as long as the shortest key without a beginning, with a digit in them. One place in so many shows each. */
export function longWords(text: string): Span[] {
  const words: Span[] = [];
  let from = 0;
  for (let at = MIN_WORD_CHARS - 1; at < text.length; at += MIN_WORD_CHARS) {
    if (!isIn(WORD, text, at)) continue;
    const start = runStart(WORD, text, at, from);
    const end = runEnd(WORD, text, at, text.length);
    if (end - start >= MIN_WORD_CHARS && hasDigit(text, start, end)) words.push({ start, end });
    at = from = end;
  }
  return words;
}

function hasDigit(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (isIn(DIGIT, text, at)) return true;
  return false;
}

/** The pieces of words that consist of nothing but letters, digits and the marks of base64, with the padding behind. */
export function keyRuns(text: string, words: readonly Span[]): Span[] {
  const runs: Span[] = [];
  for (const word of words) {
    for (let start = word.start; start < word.end; start++) {
      const bare = runEnd(RUN, text, start, word.end);
      if (bare - start >= MIN_WORD_CHARS)
        runs.push({ start, end: runEnd(PADDING, text, bare, Math.min(word.end, bare + MAX_PADDING_CHARS)) });
      start = bare;
    }
  }
  return runs;
}

function readKey(joined: JoinedText, shape: PrefixShape, at: number): { end: number; isKey: boolean } {
  const start = at + shape.prefix.length;
  const end = bodyEnd(joined, shape, start);
  const body = joined.text.slice(start, end);
  const isCutOff = /^(?:…|\.\.\.)/.test(joined.text.slice(end, end + 3)) || body.endsWith('...');
  return { end, isKey: isBody(shape, body, isCutOff) };
}

function isBody({ min, full, isOpen, proof, inside }: PrefixShape, body: string, isCutOff: boolean): boolean {
  if (body.length < min || (inside !== undefined && !body.startsWith(inside.text, inside.at))) return false;
  switch (proof) {
    case 'any':
      return !looksLikeWords(body) || body.length >= full;
    case 'exact':
      return (body.length === full && isRandom(body) && !TIME_AND_UUID.test(body)) || (isCutOff && isDense(body));
    case 'random':
      return isDense(body) || (body.length === full && !isOpen && !looksLikeWords(body));
    default:
      return proof satisfies never;
  }
}

/** The cursor of a list is often JSON in base64, like the head of a token. */
function isCursor(text: string, start: number, end: number): boolean {
  return text.startsWith('eyJ', start) && CURSOR.test(text.slice(Math.max(0, start - 24), start)) && !text.slice(start, end).includes('.');
}

/** A prefix in the middle of a word is no prefix, except after an escape (`%2F`, `\n`) or where a line was joined. */
function startsWord(joined: JoinedText, place: number): boolean {
  const { text, joints } = joined;
  if (!isIn(ALNUM, text, place - 1) || !isIn(ALNUM, text, place)) return !isInlineData(text, place);
  if (joints[jointAtOrAfter(joined, place)]?.at === place) return true;
  return /(?:%[0-9A-Fa-f]{2}|\\[nrtbf])$/.test(text.slice(Math.max(0, place - 3), place));
}

/** Source maps and pictures inside a `data:` address are base64 too, and public. */
function isInlineData(text: string, place: number): boolean {
  return text.startsWith(';base64,', place - 8);
}

/** Reads on while characters fit; over a line break only when the next line looks like the rest of the same key. */
function bodyEnd(joined: JoinedText, shape: PrefixShape, start: number): number {
  const { joints, text } = joined;
  let next = jointAtOrAfter(joined, start);
  const last = start + (shape.proof === 'exact' ? shape.full + 1 : MAX_BODY_CHARS);
  let end = runEnd(shape.body, text, start, Math.min(last, joints[next]?.at ?? text.length));
  for (let joint = joints[next]; joint !== undefined && joint.at === end; joint = joints[next]) {
    const lineEnd = joints[next + 1]?.at ?? text.length;
    const restEnd = runEnd(shape.body, text, end, Math.min(last, lineEnd));
    const after = text.slice(restEnd, Math.min(lineEnd, restEnd + 4));
    if (!goesOn(shape, joint, { body: text.slice(start, end), rest: text.slice(end, restEnd), after })) break;
    end = restEnd;
    next++;
  }
  return end;
}

/** `body` was read so far, `rest` fits in the next line, `after` follows there. */
function goesOn(shape: PrefixShape, joint: Joint, { body, rest, after }: { body: string; rest: string; after: string }): boolean {
  if (rest === '') return false;
  if (joint.explicit) return true;
  if (!shape.isOpen && body.length >= shape.full) return false;
  if (body.length + rest.length === shape.full || /^["'`,;)\]} \t]{0,3}$/.test(after)) return true;
  if (rest.length < 4 || /^[A-Z]?[a-z]+(?:[-_.][a-z]+)*\.?$|^[\d:.-]+$/.test(rest)) return false;
  return !/^[A-Z_]+$/.test(rest) || !/[a-z]/.test(body);
}

/** Words have neither digits nor capitals inside. */
function isRandom(text: string): boolean {
  return (/[0-9]/.test(text) && /[A-Za-z]/.test(text)) || /[a-z][A-Z][A-Za-z]*[a-z][A-Z]/.test(text);
}

/** Names that are joined by dashes (`a-name-of-2-parts`) hold no long random piece; ids in hexadecimal need none. */
function isDense(text: string): boolean {
  if (text.length >= 14 && /^[0-9a-f-]+$/.test(text) && isRandom(text)) return true;
  return text.split(/[-_.]/).some((part) => part.length >= 10 && isRandom(part));
}

function looksLikeWords(text: string): boolean {
  return /^(?:[a-z]+|[A-Z]+)(?:[-_.](?:[a-z]+|[A-Z]+))+$|^[a-z]+$/.test(text);
}
