// Turns hostile text into Markdown that only shows it: no ping, link, picture, fence, heading, list or table can come of it.
//
// Parsers differ in what a backslash escapes and in where a link begins, so nothing is escaped. Words of harmless characters
// stay as they are, everything else goes into code spans, in which no client pings, links or fetches anything.

import { cut, oneLine } from './text.ts';

/** ASCII letters and digits and everything beyond ASCII, except wide forms of the marks that some clients read like the narrow ones. */
const LETTER = '[A-Za-z0-9\\u0080-\\ufe5e\\ufe60-\\ufe6a\\ufe6c-\\uff02\\uff04-\\uff1f\\uff21-\\uff5d\\uff5f-\\u{10ffff}]';
/** Joined by a dash or apostrophe, digits by a dot, colon or comma, letters by a comma. */
const CORE = `${LETTER}+(?:(?:[-'](?=${LETTER})|(?<=\\d)[.:,](?=\\d)|(?<=\\p{L}),(?=\\p{L}))${LETTER}+)*`;
const PLAIN_WORD = new RegExp(`^["'(]{0,2}(?:${CORE}(?:/(?=\\p{L})${CORE})?|(?:\\p{L}\\.){2,4})%?["')]{0,2}[.,;:?!]{0,3}["')]{0,2}$`, 'u');
/** Two colons in one word may be an emoji, a dot between letters an address, `www` the beginning of one. */
const RISKY = /:.*:|^\W*www\d*|\d:\d.*:/iu;
/** Marks that mean something to Markdown only at the beginning of a line or beside other characters. */
const LONE_MARK = /^(?:[-+=/&]|->|=>)$/;

/** A code span that shows the text in one line as it is, only with runs of backticks made single. '' for nothing visible. */
export function codeSpan(text: string): string {
  // Three backticks at the beginning of a line would open a fence, so a fence never needs more than two.
  const content = oneLine(text).replace(/`{2,}/g, '`');
  if (content === '') return '';
  const fence = content.includes('`') ? '``' : '`';
  const isBordered = content.startsWith('`') || content.endsWith('`');
  return isBordered ? `${fence} ${content} ${fence}` : `${fence}${content}${fence}`;
}

/**
 * One line of prose that stays readable: ordinary words as text, all else in code spans. Bold marks and the marks of a
 * heading, quotation or list at the beginning are dropped; code spans of the author stay code spans.
 */
export function prose(text: string): string {
  const pieces = piecesOf(withoutLineMarks(oneLine(text)));
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
  return shown.join(' ');
}

/**
 * Letters, digits and a little punctuation only, for places where code spans are not drawn, such as a title. Everything else
 * becomes a space. At most `max` code points; '' when nothing is left.
 */
export function plainText(text: string, max: number): string {
  let shown = '';
  for (const word of oneLine(text).split(' ')) {
    const tamed = isPlain(word, shown !== '') ? word : tameWord(word);
    if (tamed !== '') shown += shown === '' ? tamed : ` ${tamed}`;
    if (shown.length > 2 * max) break;
  }
  return cut(shown, max);
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
  const content = text.slice(0, text.length - tail.length);
  return `${codeSpan(content)}${tail}`;
}

function withoutLineMarks(line: string): string {
  return line
    .replace(/^(?:#{1,6} |> |[-*+] |\d{1,3}[.)] (?=\S))+/, (marks) => numberOf(marks))
    .replace(/(?<![\w*])(\*\*|__)(?=[^\s*_])([^*_`]{1,200}?)(?<=\S)\1(?![\w*])/g, '$2');
}

/** The number of a list item is worth keeping, in a form that begins no list. */
function numberOf(marks: string): string {
  const number = /\d+/.exec(marks)?.[0];
  return number === undefined ? '' : `(${number}) `;
}

function tameWord(word: string): string {
  return word
    .replace(/[^\p{L}\p{M}\p{N}_\-.]+/gu, ' ')
    .replace(/(?<!\d)\.|\.(?!\d)|(?<![A-Za-z0-9])[_-]+|[_-]+(?![A-Za-z0-9])|__+/g, ' ')
    .split(' ')
    .filter((part) => part !== '' && !/^www\d*$/i.test(part))
    .join(' ');
}
