// Turns hostile text into Markdown that only shows it: the result has no ping, link, picture, fence, heading, list or table, and nothing
// that looks like a line of ours.
//
// Parsers differ in what a backslash escapes and in where a link begins, so nothing is escaped. Words of harmless characters stay as they
// are. Everything else goes into code spans, in which no client pings, links or fetches anything.

import { cut, dropInvisible, oneLine } from './text.ts';

/**
 * The mark before every line of ours below the title, and nowhere else: text of others loses it, and everything that looks like it. It is
 * no letter, no mark of Markdown and no emoji, and every font has it.
 */
export const OUR_MARK = '◆';

/** The geometric shapes, and the diamonds, squares and bullets of other blocks that people may take for our mark. */
const LIKE_OUR_MARK =
  /[\u20df\u22c4\u2311\u25a0-\u25ff\u2662\u2666\u2756\u27d0\u27e1\u29e0-\u29e1\u29ea\u29eb\u2b12-\u2b1a\u2b1d-\u2b2f\u2b58\u2bc0-\u2bca\uffed\uffee\u{1f4a0}\u{1f536}-\u{1f539}\u{1f780}-\u{1f7d8}]/gu;

/**
 * ASCII letters and digits and everything beyond ASCII. Exceptions: wide forms of marks that some clients read like the narrow ones, and
 * the dots that browsers take for the dot of a domain.
 */
const LETTER =
  '[A-Za-z0-9\\u0080-\\u2023\\u2025-\\ufe51\\ufe53-\\ufe5e\\ufe60-\\ufe6a\\ufe6c-\\uff02\\uff04-\\uff0d\\uff0f-\\uff1f\\uff21-\\uff5d\\uff5f\\uff60\\uff62-\\u{10ffff}]';
/** Joined by a dash or apostrophe, digits by a dot or comma, letters by a comma. */
const CORE = `${LETTER}+(?:(?:[-'](?=${LETTER})|(?<=\\d)[.,](?=\\d)|(?<=\\p{L}),(?=\\p{L}))${LETTER}+)*`;
const TIME = '\\d{1,4}:\\d{1,4}';
const SHARE = '\\d{1,6}/\\d{1,6}'; // 3/10
/** A colon or semicolon may only be last: before a bracket or dash it begins an emoticon. */
const TAIL = `["')]{0,2}(?:[.,?!]{0,3}["')]{0,2}|[:;])`;
const PLAIN_WORD = new RegExp(`^["'(]{0,2}(?:${TIME}|${SHARE}|${CORE}(?:/(?=\\p{L})${CORE})?|(?:\\p{L}\\.){2,4})%?${TAIL}$`, 'u');
/** The beginning of an address anywhere, the emoticon without punctuation, a Chinese full stop where an address would have its dot. */
const RISKY = /www|(?<!\w)x-d(?!\w)|\w\u3002\w/i;
/** Pieces of large brackets, and signs that are drawn like brackets. */
const OPENING_SIGNS = '\\u228f\\u231c\\u231e\\u239b-\\u239d\\u23a1-\\u23a3\\u23a7-\\u23a9';
const CLOSING_SIGNS = '\\u2290\\u231d\\u231f\\u239e-\\u23a0\\u23a4-\\u23a6\\u23ab-\\u23ad';
const BRACKETS = `\\p{Ps}\\p{Pe}${OPENING_SIGNS}${CLOSING_SIGNS}`;
/** A word in brackets at the beginning looks like one of our states, whatever its letters. */
const LEADING_BRACKET = new RegExp(
  `^([^\\p{L}\\p{N}]{0,40}?)(?![({])[\\p{Ps}${OPENING_SIGNS}](?=[^${BRACKETS}"']{0,59}\\p{L})([^${BRACKETS}"']{1,60})[\\p{Pe}${CLOSING_SIGNS}]`,
  'u',
);
/** Marks that mean something to Markdown only at the beginning of a line or beside other characters. */
const LONE_MARK = /^(?:[-+=/&]|%[.,]?|->|=>)$/;

/** Strong characters of right-to-left scripts and Arabic numbers: their blocks, with what is not assigned yet. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const LEFT_TO_RIGHT_MARK = '\u200e'; // a line that begins with a foreign word must not turn around as a whole
const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';

const BACKTICKS = /`{2,}/g;

/** In a title our own parts stand between bars and behind a bracket: foreign ones must have nothing that looks like them. */
const LIKE_TITLE_MARKS = /(?!\p{ASCII}|\p{Emoji})[\p{Ps}\p{Pe}\p{So}\p{Sm}\u00a6\u01c0-\u01c2\u2016\ufe31\ufe33]/gu;

/** A code span that shows the text in one line as it is, only with runs of backticks made single. '' for nothing visible. */
export function codeSpan(text: string): string {
  return isolated(spanOf(visible(text)));
}

/**
 * The lines of a text as they are, in a block that nothing inside can end: runs of backticks made single. '' for nothing visible. It begins
 * and ends a line of its own.
 */
export function codeBlock(text: string): string {
  const lines = dropInvisible(text).split('\n').map(lineOfBlock);
  const from = lines.findIndex((line) => line !== '');
  if (from === -1) return '';
  const to = lines.findLastIndex((line) => line !== '') + 1;
  return ['```', ...lines.slice(from, to), '```'].join('\n');
}

/** Its indentation stays. */
function lineOfBlock(line: string): string {
  return isolated(line.replace(LIKE_OUR_MARK, '·').replaceAll('\t', '  ').replace(BACKTICKS, '`').replaceAll('](', '] (').trimEnd());
}

/**
 * One line of prose that stays readable: ordinary words as text, all else in code spans. Bold marks and the marks of a
 * heading, quotation or list at the beginning are dropped; code spans of the author stay code spans.
 */
export function prose(text: string): string {
  const pieces = piecesOf(withoutLineMarks(visible(text)));
  const shown: string[] = [];
  let code: string[] = [];
  const flush = () => {
    if (code.length > 0) shown.push(codeWithTail(code.join(' ')));
    code = [];
  };
  for (const piece of pieces) {
    if (!piece.isCode && isPlain(piece.text, shown.length + code.length > 0)) {
      flush();
      shown.push(piece.text);
    } else {
      if (piece.isCode) flush();
      code.push(piece.text);
      if (piece.isCode) flush();
    }
  }
  flush();
  return isolated(shown.join(' '));
}

/**
 * Letters, digits and a little punctuation only, for places where code spans are not drawn, such as a title. Everything else
 * becomes a space. At most `max` code points, of which marks of direction do not count; '' when nothing is left.
 */
export function plainText(text: string, max: number): string {
  let shown = '';
  for (const word of oneLine(oneLine(text).replace(LIKE_OUR_MARK, ' ').replace(LIKE_TITLE_MARKS, ' ')).split(' ')) {
    const tamed = isPlain(word, shown !== '') ? word : tameWord(word);
    if (tamed !== '') shown += shown === '' ? tamed : ` ${tamed}`;
    if (shown.length > 2 * max) break;
  }
  return isolated(cut(shown, max));
}

/** One line in which nothing hides and nothing looks like our mark. */
function visible(text: string): string {
  return oneLine(text).replace(LIKE_OUR_MARK, '·');
}

/** Keeps right-to-left words from moving our own words and figures beside them (Unicode Standard Annex 9). */
function isolated(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `${LEFT_TO_RIGHT_MARK}${FIRST_STRONG_ISOLATE}${text}${POP_ISOLATE}` : text;
}

function spanOf(line: string): string {
  // Three backticks at the beginning of a line would open a fence, so a span never has more than two. The web client looks for
  // links before it looks for code spans, so that a bracket of ours could begin one that ends in here.
  const content = line.replace(BACKTICKS, '`').replaceAll('](', '] (');
  if (content === '') return '';
  const fence = content.includes('`') ? '``' : '`';
  const isBordered = content.startsWith('`') || content.endsWith('`');
  return isBordered ? `${fence} ${content} ${fence}` : `${fence}${content}${fence}`;
}

interface Piece {
  text: string;
  isCode: boolean;
}

/** Words, and the author's own code spans without their backticks. */
function piecesOf(line: string): Piece[] {
  const parts: Piece[][] = [];
  let from = 0;
  for (const span of line.matchAll(/(?<!`)(`{1,3})(?!`)([^`]{1,400})\1(?!`)([.,:;?!](?=$| ))?/g)) {
    parts.push(wordsOf(line.slice(from, span.index)), [{ text: `${(span[2] ?? '').trim()}${span[3] ?? ''}`, isCode: true }]);
    from = span.index + span[0].length;
  }
  parts.push(wordsOf(line.slice(from)));
  return parts.flat().filter((piece) => piece.text !== '');
}

function wordsOf(text: string): Piece[] {
  return text.split(' ').map((word) => ({ text: word, isCode: false }));
}

function isPlain(word: string, isInside: boolean): boolean {
  return (isInside && LONE_MARK.test(word)) || (PLAIN_WORD.test(word) && !RISKY.test(word) && (isInside || !/^\d+[.)]$/.test(word)));
}

/** Punctuation after a code span reads better outside of it. */
function codeWithTail(text: string): string {
  const tail = /(?<=[^.,:;?!])[.,:;?!]$/.exec(text)?.[0] ?? '';
  return `${spanOf(text.slice(0, text.length - tail.length))}${tail}`;
}

function withoutLineMarks(line: string): string {
  return line
    .replace(/^(?:#{1,6} |> |[-*+] |\d{1,3}[.)] (?=\S))+/, (marks) => numberOf(marks))
    .replace(/(?<![\w*])(\*\*|__)(?=[^\s*_])([^*_`]{1,200}?)(?<=\S)\1(?![\w*])/g, '$2')
    .replace(LEADING_BRACKET, '$1($2)');
}

/** The number of a list item is worth keeping, in a form that begins no list. */
function numberOf(marks: string): string {
  const number = /\d+/.exec(marks)?.[0];
  return number === undefined ? '' : `(${number}) `;
}

function tameWord(word: string): string {
  return word
    .replace(/[^\p{L}\p{M}\p{N}_\-.]+|www/giu, ' ')
    .replace(/(?<!\d)\.|\.(?!\d)|(?<![A-Za-z0-9])[_-]+|[_-]+(?![A-Za-z0-9])|__+/g, ' ')
    .split(' ')
    .filter((part) => part !== '')
    .join(' ')
    .replace(/(?<!\w)x-d(?!\w)/gi, 'x d');
}
