// Plain operations on text that somebody else wrote. They know neither Markdown nor secrets.

/** Terminal control sequences: CSI, OSC (with its terminator) and two-character escapes. Bounded, so that a flood stays linear. */
const TERMINAL_SEQUENCE =
  // oxlint-disable-next-line no-control-regex
  /[\u001b]\[[0-?]{0,64}[ -/]{0,8}[@-~]|[\u001b]\][^\u0007\u001b]{0,4096}(?:\u0007|\u001b\\)?|[\u001b][@-Z\\-_]|\u009b[0-?]{0,64}[ -/]{0,8}[@-~]/g;

/**
 * Characters a reader cannot see: controls except tab, line feed and carriage return, format characters (bidi, zero width, tags),
 * default-ignorable fillers, and non-characters. The emoji variation selectors stay.
 */
const INVISIBLE = /(?![\t\n\r]|\ufe0e|\ufe0f)[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800]/gu;

/** More combining marks on one letter than any script needs: such towers cover the lines above and below. */
const MARK_TOWER = /(\p{M}{6})\p{M}+/gu;

/**
 * Line separators other than the line feed. U+2424 is only a picture of one, but Mattermost's web client turns it into one before it
 * looks for anything else (Lexer.prototype.lex of github.com/mattermost/marked, lib/marked.js).
 */
const ODD_BREAK = /\r\n?|[\u0085\u2028\u2029\u2424\v\f]/g;

/** A fast check: most texts are harmless ASCII, and without these characters `dropInvisible` changes nothing. */
const NOT_PLAIN_ASCII = /[^\t\n\u0020-\u007e]/;

/**
 * Removes what could hide, reverse or cover text: terminal sequences, control, bidi, zero-width and filler characters and NUL.
 * Lone surrogates become U+FFFD. Every kind of line break becomes a line feed; tabs stay.
 */
export function dropInvisible(text: string): string {
  if (!NOT_PLAIN_ASCII.test(text)) return text;
  return text.toWellFormed().replace(TERMINAL_SEQUENCE, '').replace(ODD_BREAK, '\n').replace(INVISIBLE, '').replace(MARK_TOWER, '$1');
}

/** `dropInvisible`, then all white space as single spaces: one line without a border of spaces. */
export function oneLine(text: string): string {
  return dropInvisible(text)
    .replace(/[\s\p{Z}]+/gu, ' ')
    .trim();
}

/** The length as Mattermost counts it: in code points, neither UTF-16 units nor bytes. */
export function countCodePoints(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    count++;
    if (isPairAt(text, i)) i++;
  }
  return count;
}

/** At most `max` code points, the last of them `…` when something was cut. Never splits a surrogate pair. `max` 0 gives ''. */
export function cut(text: string, max: number): string {
  if (text.length <= max || countCodePoints(text) <= max) return text;
  if (max < 1) return '';
  return `${text.slice(0, offsetOfCodePoint(text, max - 1)).trimEnd()}…`;
}

/** Like `cut`, but keeps the end: the end of a path says more than its beginning. */
export function cutStart(text: string, max: number): string {
  const length = countCodePoints(text);
  if (length <= max) return text;
  if (max < 1) return '';
  return `…${text.slice(offsetOfCodePoint(text, length - max + 1)).trimStart()}`;
}

/** The index of the `n`th code point (from 0), or the length of a shorter text. */
export function offsetOfCodePoint(text: string, n: number): number {
  let offset = 0;
  for (let seen = 0; seen < n && offset < text.length; seen++) offset += isPairAt(text, offset) ? 2 : 1;
  return offset;
}

function isPairAt(text: string, i: number): boolean {
  return isBetween(text.charCodeAt(i), 0xd800, 0xdbff) && isBetween(text.charCodeAt(i + 1), 0xdc00, 0xdfff);
}

function isBetween(code: number, low: number, high: number): boolean {
  return code >= low && code <= high;
}
