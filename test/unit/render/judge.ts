// Judges Markdown the way the server and its clients read it: what would ping, link, embed, or break out of its place?

import { type Node, Parser } from 'commonmark';

const parser = new Parser();

/** Everything an own line is made of; all else would be structure that somebody else's text has opened. */
const HARMLESS_NODES: ReadonlySet<string> = new Set(['document', 'paragraph', 'text', 'softbreak', 'code']);

/**
 * Mattermost's rules, applied to text outside of code. The server splits at everything that is neither letter, number, nor one
 * of `:.-_@` and takes words with an @ for mentions; the clients look for the patterns below.
 */
const PATTERNS: Record<string, RegExp> = {
  mention: /\B@[a-z0-9._-]+|@/iu,
  channel: /\B~[\w-]+/u,
  hashtag: /(?:^|\W)#[\p{L}\p{N}]/u,
  address: /[a-z][a-z0-9+.-]*:\/\/|\bwww\d{0,3}\.|\bmailto:|\btel:/iu,
  domain: /\p{L}\.\p{L}{2,}/iu,
  mail: /[\w.+-]+@[\w-]+/u,
  emoji: /:[a-z0-9_+-]+:/iu,
  formula: /\$[^$\n]*[a-z\\][^$\n]*\$/iu,
  markup: /[*~`<>\\]|!\[|\]\(|\]\[|\]:/u,
  entity: /&(?:#\w+|\w+);/u,
  invisible: /(?![\n\u2003]|\ufe0e|\ufe0f)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u,
};

/** How the web client finds code spans, which is not quite how CommonMark does. */
const CLIENT_CODE_SPAN = /(?<!`)(`+)(?!`)\s*([\s\S]*?[^`])\s*\1(?!`)/g;

/** Names of everything that hostile text has achieved in this Markdown; an empty list is what we promise. */
export function harmsOf(markdown: string): string[] {
  const harms = new Set<string>();
  if (!markdown.isWellFormed()) harms.add('lone surrogate');
  if (/^ {0,3}(?:```|~~~)/m.test(markdown)) harms.add('fence');
  for (const text of [...paragraphTexts(markdown, harms), ...markdown.split('\n').map(withoutCode)]) {
    for (const [name, pattern] of Object.entries(PATTERNS)) if (pattern.test(text)) harms.add(name);
    if (serverMentions(text)) harms.add('server mention');
  }
  if (PATTERNS['invisible']?.test(markdown) === true) harms.add('invisible');
  return [...harms];
}

function paragraphTexts(markdown: string, harms: Set<string>): string[] {
  const texts: string[] = [];
  let current = '';
  const walker = parser.parse(markdown).walker();
  for (let step = walker.next(); step !== null; step = walker.next()) {
    const { node, entering } = step;
    if (!HARMLESS_NODES.has(node.type)) harms.add(node.type);
    if (node.type === 'text') current += node.literal ?? '';
    if (node.type === 'code') current += '\u0001';
    if (node.type === 'softbreak') current += '\n';
    if (node.type === 'paragraph' && !entering) {
      texts.push(current.replaceAll('\u0001', ''));
      current = '';
    }
  }
  return texts;
}

function withoutCode(line: string): string {
  return line.replace(CLIENT_CODE_SPAN, ' ');
}

function serverMentions(text: string): boolean {
  return text.split(/[^:.\-_@\p{L}\p{N}]+/u).some((word) => word.replace(/^[:.\-_]+|[:.\-_]+$/g, '').includes('@'));
}

/** The text that code spans of a Markdown line show. */
export function codeTexts(markdown: string): string[] {
  const texts: string[] = [];
  const walker = parser.parse(markdown).walker();
  for (let step = walker.next(); step !== null; step = walker.next()) {
    const node: Node = step.node;
    if (node.type === 'code') texts.push(node.literal ?? '');
  }
  return texts;
}
