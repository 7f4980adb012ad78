// Masks secrets in text: runs all detectors in their order.

import { createScanner, type Hit } from './redact-anchors.ts';
import { blockSpans } from './redact-blocks.ts';
import { cachedRedactor } from './redact-cache.ts';
import { columnSpans } from './redact-columns.ts';
import { commandSpans, TOOL_ANCHORS, type ToolMeaning } from './redact-commands.ts';
import { encodedSpans } from './redact-encoded.ts';
import { insertSpans } from './redact-inserts.ts';
import { mixedSpans } from './redact-mixed-words.ts';
import { ownAnchors, type OwnMeaning, ownSpans } from './redact-own-secrets.ts';
import { NAME_ANCHORS, type NameMeaning, pairSpans } from './redact-pairs.ts';
import { joinedSpans, lineSpans, PLACE_ANCHORS, type PlaceMeaning } from './redact-places.ts';
import { keyRuns, longWords, type PrefixShape, SHAPE_ANCHORS, shapeSpans, wordShapeSpans } from './redact-shapes.ts';
import {
  hasJoint,
  type JoinedText,
  joinLines,
  MASK,
  maskSpans,
  placeInSource,
  REST_MASK,
  type Span,
  spanInSource,
  withoutEscapes,
  withoutLookAlikes,
  withoutMarks,
} from './redact-view.ts';
import { cut, dropInvisible, offsetOfCodePoint } from './text.ts';

/** The longest text that is redacted as a whole. We never show a longer one: a post has 16,383 characters. */
export const MAX_REDACTED_CHARS = 16_384;
const KEPT_CHARS = 12_288; // of a longer text
const MARGIN_CHARS = 1_024; // no secret of one line is longer, so text this far before a cut does not depend on the part that was cut off
const MAX_WORD_CHARS = 512;
const SLACK_CHARS = 256; // for marks that are shorter than what they hide
const WIDER = 2; // times the first window, where keys and values of many lines fill it
const MAX_KEY_CHARS = 16_384; // of a private key in its armour
const MARKER_CHARS = 24; // the rest of a marker
/** Names of tools, arguments and models, and ids, come again and again. */
const MAX_REMEMBERED_CHARS = 64;
const REMEMBERED_CHARS = 200_000; // of all of them together
const MAX_PASSES = 6; // every pass beyond the second is rare
const MAX_DECODINGS = 2; // base64 of base64

/** The finds of one pass over a text, by detector. */
interface Signals {
  own: Hit<OwnMeaning>[];
  shapes: Hit<PrefixShape>[];
  names: Hit<NameMeaning>[];
  tools: Hit<ToolMeaning>[];
  places: Hit<PlaceMeaning>[];
}

type Look = (text: string) => Signals;

/**
 * A function that replaces every secret in a text by `[redacted]`: key shapes, private keys, authorization headers, passwords in
 * addresses, commands, SQL and tables, values of names like `API_KEY`, and `ownSecrets` in all encodings.
 *
 * It searches the text as it is written and as people will see it: without marks of emphasis, without escapes, without look-alike letters.
 * If there is something to mask, it first drops invisible characters, so that they cannot split a key; a text without secrets stays as it
 * is. Idempotent, never throws. Of a text of more than `MAX_REDACTED_CHARS` it returns only the beginning, marked with `…`, so that the
 * time is bounded for any input.
 */
export function createRedactor(ownSecrets: readonly string[]): (text: string) => string {
  const look = createLook(ownSecrets);
  const mask = (text: string): string => {
    const visible = dropInvisible(text);
    const spans = spansIn(visible, look, MAX_DECODINGS);
    return spans.length === 0 ? text : maskSpans(visible, spans);
  };
  const redact = (text: string) => untilStable(text.length <= MAX_REDACTED_CHARS ? text : safeHead(text, KEPT_CHARS, mask), mask);
  const remembered = cachedRedactor(redact, REMEMBERED_CHARS);
  return (text) => (text.length <= MAX_REMEMBERED_CHARS ? remembered(text) : redact(text));
}

/** One scanner for the literals of all detectors. */
function createLook(ownSecrets: readonly string[]): Look {
  type Take = (signals: Signals, at: number) => void;
  const anchorsOf = <T>(anchors: readonly { literal: string; anyCase: boolean; meaning: T }[], list: (signals: Signals) => Hit<T>[]) =>
    anchors.map(({ literal, anyCase, meaning }) => {
      const take: Take = (signals, at) => list(signals).push({ at, meaning });
      return { literal, anyCase, meaning: take };
    });
  const scan = createScanner<Take>([
    ...anchorsOf(ownAnchors(ownSecrets), ({ own }) => own),
    ...anchorsOf(SHAPE_ANCHORS, ({ shapes }) => shapes),
    ...anchorsOf(NAME_ANCHORS, ({ names }) => names),
    ...anchorsOf(TOOL_ANCHORS, ({ tools }) => tools),
    ...anchorsOf(PLACE_ANCHORS, ({ places }) => places),
  ]);
  return (text) => {
    const signals: Signals = { own: [], shapes: [], names: [], tools: [], places: [] };
    scan(text, (at, take) => take(signals, at));
    return signals;
  };
}

/** The secrets in all forms of a text. */
function spansIn(visible: string, look: Look, decodings: number): Span[] {
  const spans = spansOf(visible, look, decodings);
  for (const reading of [withoutMarks(visible), withoutEscapes(visible), withoutLookAlikes(visible)]) {
    if (reading === undefined) continue;
    for (const span of spansOf(reading.text, look, decodings)) spans.push(spanInSource(reading.jumps, span));
  }
  return spans;
}

function spansOf(text: string, look: Look, decodings: number): Span[] {
  if (!text.includes('\n')) {
    const signals = look(text);
    return [...joinedSpansOf({ text, joints: [] }, signals), ...lineSpansOf(text, signals, look, decodings)];
  }
  const { joined, lines } = joinLines(text);
  const signals = look(lines.text);
  const names = signals.names.flatMap(({ at, meaning }) => (meaning.kind === 'stem' ? [placeInSource(lines.joints, at)] : []));
  return [
    ...joinedSpansOf(joined, look(joined.text)).map((span) => spanInSource(joined.joints, span)),
    ...lineSpansOf(lines.text, signals, look, decodings).map((span) => spanInSource(lines.joints, span)),
    ...wrappedWordSpans(joined, look, decodings).map((span) => spanInSource(joined.joints, span)),
    ...columnSpans(text, names),
    ...(lines.joints.length === 0 ? [] : blockSpans(text)),
  ];
}

function joinedSpansOf(joined: JoinedText, signals: Signals): Span[] {
  return [...ownSpans(joined.text, signals.own), ...shapeSpans(joined, signals.shapes), ...joinedSpans(joined, signals.places)];
}

function lineSpansOf(text: string, signals: Signals, look: Look, decodings: number): Span[] {
  const words = longWords(text);
  const runs = keyRuns(text, words);
  return [
    ...pairSpans(text, signals.names),
    ...commandSpans(text, signals.tools),
    ...lineSpans(text, signals.places),
    ...wordShapeSpans(text, words),
    ...decodedSpans(text, runs, look, decodings),
    ...mixedSpans(text, runs),
    ...insertSpans(text),
    ...blockSpans(text),
  ];
}

function decodedSpans(text: string, runs: readonly Span[], look: Look, decodings: number): Span[] {
  return decodings === 0 ? [] : encodedSpans(text, runs, (decoded) => spansIn(decoded, look, decodings - 1));
}

/** Words that a wrapped line splits. */
function wrappedWordSpans(joined: JoinedText, look: Look, decodings: number): Span[] {
  const isWrapped = (span: Span) => hasJoint(joined, span);
  const words = longWords(joined.text).filter(isWrapped);
  const runs = keyRuns(joined.text, words).filter(isWrapped);
  return [...wordShapeSpans(joined.text, words).filter(isWrapped), ...decodedSpans(joined.text, runs, look, decodings)];
}

/** A mark can uncover a secret that a longer match hid, so we search the result again. */
function untilStable(text: string, mask: (text: string) => string): string {
  let before = text;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const after = mask(before);
    if (after === before) return after;
    before = after;
  }
  return before;
}

/** The beginning of a longer text: redacted with a margin behind it, so that no half of a secret is left at the cut. */
function safeHead(text: string, chars: number, mask: (text: string) => string): string {
  const window = text.slice(0, windowEnd(text, chars));
  return shownOf(window, untilStable(window, mask));
}

/** The part of a redacted window that we may show, marked with `…`. */
function shownOf(window: string, redacted: string): string {
  if (redacted.endsWith(REST_MASK)) return redacted;
  return `${endsInSecret(window, redacted) ? redacted : withoutMargin(redacted)}…`;
}

/** Whether the last margin is inside one secret: the text before it cannot be half of another one. */
function endsInSecret(window: string, redacted: string): boolean {
  if (!redacted.endsWith(MASK)) return false;
  const before = redacted.slice(0, -MASK.length);
  const between = before.split(MASK).at(-1) ?? '';
  const start = before === '' ? 0 : window.lastIndexOf(between);
  return start >= 0 && start + between.length <= window.length - MARGIN_CHARS;
}

/** Extends a window to the end of a private key that ends a little after it: only its end may show what it is. */
function windowEnd(text: string, chars: number): number {
  const end = text.slice(chars, chars + MAX_KEY_CHARS).search(/PRIVATE KEY(?: BLOCK)?-/);
  return end < 0 ? chars : chars + end + MARKER_CHARS;
}

/** Drops the last word, which may be only half a word. */
function withoutMargin(redacted: string): string {
  const border = Math.max(0, redacted.length - MARGIN_CHARS);
  let end = border;
  while (end > border - MAX_WORD_CHARS && end > 0 && !/\s/.test(redacted.charAt(end - 1))) end--;
  return redacted.slice(0, end > border - MAX_WORD_CHARS ? end : border);
}

/**
 * Masks first and shortens then, so that no half of a secret survives at the cut. Of a long text it searches only as much as is shown, with
 * a margin, and twice as much if most of that was masked. The result has at most `maxCodePoints`.
 */
export function redactThenCut(text: string, maxCodePoints: number, redact: (text: string) => string): string {
  const narrow = offsetOfCodePoint(text, maxCodePoints) + MARGIN_CHARS + SLACK_CHARS;
  for (const chars of [narrow, WIDER * narrow]) {
    if (chars >= Math.min(text.length, MAX_REDACTED_CHARS)) break;
    const window = text.slice(0, windowEnd(text, chars));
    const redacted = redact(window);
    const shown = shownOf(window, redacted);
    const kept = cut(shown, maxCodePoints);
    if (kept !== shown || chars > narrow || shown === redacted) return kept;
  }
  return cut(redact(text), maxCodePoints);
}
