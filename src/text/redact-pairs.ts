// Finds secrets by the name beside them: `KEY=value`, `"key": "value"`, `--password value`, `the password is value`.

import type { Anchor, Hit } from './redact-anchors.ts';
import { charTable, isIn, runEnd, runStart } from './char-sets.ts';
import { expressionSpans } from './redact-expressions.ts';
import { FOREIGN_NAMES } from './redact-foreign-names.ts';
import { NAME_STEMS, type NameKind, nameKind } from './redact-names.ts';
import { findPlace, type Named, type Place } from './redact-name-places.ts';
import { isReadable, isSecretValue, looksRandom, namesOneself } from './redact-values.ts';
import { restSpan, type Span } from './redact-view.ts';

const MAX_VALUE_CHARS = 8_192; // a longer value is masked up to its next white space
const MAX_JUDGED_CHARS = 512; // the beginning shows whether a value is a secret
const MAX_NAME_CHARS = 96;
const MIN_LOOKS = 64; // names that we check in a text of any length
const CHARS_PER_LOOK = 32; // no text that people write has more names than one in so many characters
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const WORD = charTable(`${LETTERS}0123456789`);
const NAME = charTable(`${LETTERS}0123456789_$.-`);
const BETWEEN_WORDS = charTable(' \t-');
const MAX_GROUP_CHARS = 1_024; // of a list or object behind a name
const OPENING_QUOTE = /[fbrLN@]{0,2}((?:\\{0,7})["'`]|&quot;|%22|[„“”«‘’「『])/y;
const UNQUOTED = /^[^\s"'`<>「」『』，。]+/;
/** Names that announce a secret only together with the words before them. */
const INCOMPLETE = /^(?:keys?|tokens?|codes?|phrase|string|secrets?|id|auth|login|session|seed|salt)$/i;
const PREVIOUS_WORDS = 3;
const MAX_WORD_CHARS = 20;

/** A stem of English names, or a whole word of another language. */
export type NameMeaning = { kind: 'stem'; stem: string } | { kind: 'foreign'; word: string; announces: NameKind };

/** What every name that announces a secret contains. */
export const NAME_ANCHORS: readonly Anchor<NameMeaning>[] = [
  ...NAME_STEMS.map((stem) => ({ literal: stem, anyCase: true, meaning: { kind: 'stem', stem } as const })),
  ...FOREIGN_NAMES.filter(({ word }) => word.length > 1).map(({ word, kind }) => ({
    literal: word,
    anyCase: true,
    meaning: { kind: 'foreign', word, announces: kind } as const,
  })),
];

/** The values of all names that announce a secret, in a text without explicit line breaks. */
export function pairSpans(text: string, hits: readonly Hit<NameMeaning>[]): Span[] {
  const spans: Span[] = [];
  let covered = 0;
  const names = namesAt(text, hits);
  const looks = Math.max(MIN_LOOKS, text.length / CHARS_PER_LOOK);
  for (const [index, named] of names.entries()) {
    if (named.start < covered) continue;
    if (index >= looks) return [...spans, restSpan(text, named.start)];
    const found = valueSpans(text, named);
    spans.push(...found);
    for (const span of found) if (span.start >= named.end) covered = Math.max(covered, span.end);
  }
  return spans;
}

function namesAt(text: string, hits: readonly Hit<NameMeaning>[]): Named[] {
  const names: Named[] = [];
  let readUntil = 0;
  for (const { at, meaning } of hits) {
    if (at < readUntil) continue;
    if (meaning.kind === 'foreign') {
      const named = foreignName(text, at, meaning);
      if (named === undefined) continue;
      names.push(named);
      readUntil = named.end;
    } else if (meaning.stem.length > 3 || isOwnWord(text, at, meaning.stem)) {
      const identifier = identifierAround(text, at);
      readUntil = identifier.end;
      const named = ownName(text, identifier);
      if (named !== undefined) names.push(named);
    }
  }
  return names;
}

/** Short stems are common inside words: `pat` in `path`. `key` is one that words are built with. */
function isOwnWord(text: string, at: number, stem: string): boolean {
  if (stem === 'key') return true;
  const isEnd =
    !LETTERS.includes(text.charAt(at + stem.length)) || /^[a-z][A-Z]/.test(text.slice(at + stem.length - 1, at + stem.length + 1));
  const isStart = !LETTERS.includes(text.charAt(at - 1)) || at === 0 || /^[a-z][A-Z]/.test(text.slice(at - 1, at + 1));
  return (isEnd && isStart) || (/^p(?:wd|sw)$/.test(stem) && isEnd);
}

function identifierAround(text: string, at: number): Span {
  return { start: runStart(NAME, text, at, at - MAX_NAME_CHARS), end: runEnd(NAME, text, at, at + MAX_NAME_CHARS) };
}

/** The whole identifier around a stem, with the words before it if it alone announces nothing. */
function ownName(text: string, identifier: Span): Named | undefined {
  const whole = text.slice(identifier.start, identifier.end);
  const front = /^[^A-Za-z_$]*/.exec(whole)?.[0].length ?? 0;
  const start = identifier.start + front;
  const name = whole.slice(front).replace(/[.$-]{1,8}$/, '');
  const kind = INCOMPLETE.test(name) ? (kindWithPreviousWords(text, start, name) ?? nameKind(name)) : nameKind(name);
  return kind === undefined || kind === 'harmless' ? undefined : { start, end: start + name.length, name, kind };
}

function kindWithPreviousWords(text: string, start: number, name: string): NameKind | 'harmless' | undefined {
  const kinds = previousWords(text, start).map((at) => nameKind(text.slice(at, start + name.length)));
  if (kinds.length === 0) return undefined;
  if (kinds.includes('strong')) return 'strong';
  return kinds.at(-1) === undefined && nameKind(name) !== undefined ? 'harmless' : kinds.at(-1);
}

/** Where the words right before a place begin, with one blank or dash behind each. The farthest comes first. */
function previousWords(text: string, place: number): number[] {
  const starts: number[] = [];
  for (let end = place - 1; starts.length < PREVIOUS_WORDS && isIn(BETWEEN_WORDS, text, end); ) {
    const start = runStart(WORD, text, end, Math.max(0, end - MAX_WORD_CHARS));
    if (end - start < 2) break;
    starts.unshift(start);
    end = start - 1;
  }
  return starts;
}

/** A word of another language, also at the end of a compound and with an ending of its own. */
function foreignName(text: string, at: number, { word, announces }: NameMeaning & { kind: 'foreign' }): Named | undefined {
  const bare = at + word.length;
  const end = bare + (/^ api(?![a-z])/i.exec(text.slice(bare, bare + 5))?.[0].length ?? 0);
  const isLatin = /[a-z]/.test(word);
  if (isLatin && /^\p{L}{4}/u.test(text.slice(end, end + 4))) return undefined;
  if (isLatin && word.length < 6 && /\p{L}/u.test(text.charAt(at - 1) + text.charAt(end))) return undefined;
  return { start: at, end, name: word, kind: announces };
}

function valueSpans(text: string, named: Named): Span[] {
  const tagEnd = text[named.start - 1] === '<' ? endOfTag(text, named.end) : undefined;
  if (tagEnd !== undefined) return elementSpan(text, named, tagEnd);
  let spans: Span[] = [];
  findPlace(text, named, (place) => {
    spans = spansAt(text, place, named);
    return spans.length > 0;
  });
  return spans;
}

function spansAt(text: string, place: Place, named: Named): Span[] {
  if (place.end !== undefined) return checked(text, { start: place.at, end: place.end }, place, named);
  if (/[[{]/.test(text.charAt(place.at))) return groupSpans(text, place.at);
  const spans = readValue(text, place, named);
  if (named.kind !== 'strong' || (place.standing !== 'joined' && place.standing !== 'spaced')) return spans;
  const isSecret = (value: string) => isSecretValue({ value, ...named, standing: 'quoted', endsLine: false });
  return [...spans, ...expressionSpans(text, place.at, isSecret)];
}

/** The random-looking strings of a list or object. */
function groupSpans(text: string, at: number): Span[] {
  const window = text.slice(at, at + MAX_GROUP_CHARS);
  const close = window.indexOf(window.startsWith('[') ? ']' : '}');
  const spans: Span[] = [];
  for (const match of window.slice(0, close < 0 ? undefined : close).matchAll(/["']([^"'\s\\]{12,512})["']/g)) {
    if (looksRandom(match[1] ?? '', 12) && !isReadable(match[1] ?? '')) {
      spans.push({ start: at + match.index + 1, end: at + match.index + match[0].length - 1 });
    }
  }
  return spans;
}

/** The place after the tag that begins with the name. */
function endOfTag(text: string, at: number): number | undefined {
  const rest = /^(?:[ \t][^<>\n]{0,120})?>/.exec(text.slice(at, at + 128))?.[0];
  return rest === undefined || rest.endsWith('/>') ? undefined : at + rest.length;
}

function elementSpan(text: string, { name, kind }: Named, from: number): Span[] {
  const close = text.slice(from, from + MAX_VALUE_CHARS).indexOf('<');
  const value = text.slice(from, from + Math.max(0, close)).trim();
  return isSecretValue({ value, kind, name, standing: 'quoted', endsLine: false }) ? [{ start: from, end: from + close }] : [];
}

function checked(text: string, span: Span, { standing }: Place, { name, kind }: Named): Span[] {
  return isSecretValue({ value: text.slice(span.start, span.end), kind, name, standing, endsLine: true }) ? [span] : [];
}

function readValue(text: string, { at, standing }: Place, { name, kind }: Named): Span[] {
  OPENING_QUOTE.lastIndex = at;
  const opening = OPENING_QUOTE.exec(text);
  const span = opening === null ? unquotedSpan(text, at) : quotedSpan(text, at + opening[0].length, opening[1] ?? '');
  if (span === undefined || (opening === null && (standing === 'quoted' || standing === 'named'))) return [];
  if (opening?.[1] === '`' && /\s/.test(text.slice(span.start, Math.min(span.end, span.start + MAX_JUDGED_CHARS)))) return [];
  const endsLine = /^(?:["'`\\]|[ \t]{0,8}(?:\n|$))/.test(text.slice(span.end, span.end + 12));
  const value = text.slice(span.start, Math.min(span.end, span.start + MAX_JUDGED_CHARS)).replace(/\n[ \t]*/g, '');
  const isQuoted = opening !== null && (standing === 'joined' || standing === 'spaced');
  const isNamed = opening !== null && standing === 'sentence';
  if (!isSecretValue({ value, kind, name, standing: isQuoted ? 'quoted' : isNamed ? 'named' : standing, endsLine })) return [];
  if (opening !== null) return [span];
  return namesOneself(restOfLine(text, at)) ? [] : [wholeWord(text, span)];
}

function restOfLine(text: string, at: number): string {
  return /^[^\n<]{0,80}/.exec(text.slice(at, at + 80))?.[0].trim() ?? '';
}

/** Up to the same quote mark. Without one the value was cut off, or goes on in the next line. */
function quotedSpan(text: string, start: number, opening: string): Span {
  const limit = Math.min(text.length, start + MAX_VALUE_CHARS);
  const window = text.slice(start, limit);
  const close = closingQuote(window, CLOSING[opening] ?? opening);
  const lineEnd = window.indexOf('\n');
  if (close >= 0 && (lineEnd < 0 || close < lineEnd || isWrapped(window.slice(lineEnd, close)))) return { start, end: start + close };
  return { start, end: lineEnd >= 0 ? start + lineEnd : limit };
}

const CLOSING: Readonly<Record<string, string>> = { '„': '“', '“': '”', '«': '»', '‘': '’', '「': '」', '『': '』' };

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
  const run = UNQUOTED.exec(text.slice(start, start + MAX_JUDGED_CHARS))?.[0] ?? '';
  const stop = run.search(/[;&,|]{1,8}(?:[\w.%-]{1,64}=|$)/);
  if (run.length === MAX_JUDGED_CHARS && stop < 0) return start + MAX_JUDGED_CHARS;
  const value = stop > 0 ? run.slice(0, stop) : run;
  const hasOpening = /[([{]/.test(value);
  return start + (hasOpening ? value : value.replace(/[)\]}]{1,8}$/, '')).length;
}

/** A value that is longer than the judged part ends with its word. */
function wholeWord(text: string, { start, end }: Span): Span {
  if (end - start < MAX_JUDGED_CHARS) return { start, end };
  return { start, end: start + (UNQUOTED.exec(text.slice(start, start + MAX_VALUE_CHARS))?.[0].length ?? 0) };
}

/** A random-looking value at the very end of its line goes on when the next line is nothing but its rest. */
function wrappedEnd(text: string, start: number, end: number): number {
  const next = /^\n[ \t]{0,40}([A-Za-z0-9+/_.~-]{4,256}={0,2})["']?(?=\n|$)/.exec(text.slice(end, end + 300));
  const isRest = next?.[1] !== undefined && /[0-9]/.test(next[1]) && /[A-Za-z]/.test(next[1]);
  return isRest && next !== null && /^[A-Za-z0-9+/=_.~-]{8,}$/.test(text.slice(start, end)) ? end + next[0].length : end;
}
