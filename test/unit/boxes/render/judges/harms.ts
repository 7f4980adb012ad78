// What hostile text has achieved in a Markdown text that should only show it, as all clients and the server read it.

import bidiFactory from 'bidi-js';
import { OUR_MARK } from '../../../../../src/text/neutralise.ts';
import { readAsApp, readAsStandard } from './app.ts';
import { SERVER_WORDS } from './rules.ts';
import { type Reading, readAsWeb } from './web.ts';

const bidi = bidiFactory();

const ISOLATE_START = '\u2068';
const ISOLATE_END = '\u2069';
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\p{Script=Samaritan}]/u;
const HIDDEN =
  /(?![\n\u2003\u200e\u2068\u2069]|\ufe0e|\ufe0f)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;

/** Names of all harms; an empty list is what we promise. `judges` leaves some out where speed counts. */
export function harmsOf(
  markdown: string,
  judges: readonly ((text: string) => Reading)[] = [readAsWeb, readAsApp, readAsStandard],
): string[] {
  if (markdown === '') return [];
  const harms = new Set<string>();
  if (!markdown.isWellFormed()) harms.add('lone surrogate');
  if (HIDDEN.test(markdown)) harms.add('hidden character');
  const lines = markdown.split('\n');
  for (const judge of judges) {
    const reading = judge(markdown);
    for (const harm of reading.harms) harms.add(harm);
    if (reading.paragraphs !== 1) harms.add('another paragraph');
    if (reading.lines.length !== lines.length) harms.add('another number of lines');
    if (reading.lines.some(hasServerMention)) harms.add('server: mention');
  }
  for (const line of lines) if (!keepsOrder(line)) harms.add('order');
  return [...harms];
}

/** A block of code as only a line of ours may begin it: nothing inside can end it. */
const OUR_BLOCK = new RegExp(`(?<=(?:^|\\n)${OUR_MARK} [^\\n]*:)\\n\`\`\`\\n(?:(?!\`\`\`)[^\\n]*\\n)+\`\`\`(?=\\n|$)`, 'g');
const OF_A_BLOCK: ReadonlySet<string> = new Set([
  'web: code',
  'app: code_block',
  'commonmark: code_block',
  'another paragraph',
  'another number of lines',
]);

/** The same of a text with blocks of ours: these are blocks and nothing else, and all around them does no harm without them, too. */
export function harmsAroundBlocks(markdown: string, judges?: Parameters<typeof harmsOf>[1]): string[] {
  const around = markdown.replace(OUR_BLOCK, '');
  if (around === markdown) return harmsOf(markdown, judges);
  return [...harmsOf(around, judges), ...harmsOf(markdown, judges).filter((harm) => !OF_A_BLOCK.has(harm))];
}

/** The words that the server compares with names and keywords: all of a text but its code spans. */
export function serverWords(markdown: string): string[] {
  return readAsStandard(markdown).lines.flatMap((line) => {
    const words = line.split(SERVER_WORDS.between).map((word) => word.replace(SERVER_WORDS.trimmed, ''));
    return words.flatMap((word) => [word, ...word.split(SERVER_WORDS.inner)]).filter((word) => word !== '');
  });
}

function hasServerMention(line: string): boolean {
  return line.includes('@') && line.split(SERVER_WORDS.between).some((word) => word.includes('@'));
}

/** Whether everything outside of isolates is seen in the order in which it was written (Unicode Standard Annex 9). */
export function keepsOrder(line: string): boolean {
  if (!RIGHT_TO_LEFT.test(line)) return true;
  const text = line.replaceAll('`', '');
  const own = ownIndices(text);
  return (['ltr', 'auto'] as const).every((direction) => {
    const levels = bidi.getEmbeddingLevels(text, direction);
    const seen = bidi.getReorderedIndices(text, levels).filter((index) => own.has(index));
    return seen.every((index, position) => position === 0 || index > (seen[position - 1] ?? -1));
  });
}

function ownIndices(text: string): Set<number> {
  const own = new Set<number>();
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === ISOLATE_END) depth = Math.max(0, depth - 1);
    if (depth === 0 && !/[\s\u200e\u2068\u2069]/.test(text[index] ?? '')) own.add(index);
    if (text[index] === ISOLATE_START) depth++;
  }
  return own;
}
