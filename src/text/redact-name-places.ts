// Finds the value of a name: after a colon, an equals sign or "is", in the next cell, in the next line, or before the name.

import { charTable, runStart } from './char-sets.ts';
import type { NameKind } from './redact-names.ts';
import { looksChosen, type Standing } from './redact-values.ts';
import type { Span } from './redact-view.ts';

/** A name that announces a secret, and its place. */
export interface Named extends Span {
  name: string;
  kind: NameKind;
}

/** Where a value begins, and its position relative to its name. With `end` its last character is known, too. */
export interface Place {
  at: number;
  standing: Standing;
  end?: number;
}

const MAX_BLOCK_CHARS = 512;
const MAX_PATH_CHARS = 80;
/** A name that is a folder, a file or a part of an address announces nothing; a single slash before it begins an option. */
const IN_PATH = /\\$|\S\/$|\barn:\S*:$/;
const MAX_NEAR_CHARS = 160;
const MAX_BEFORE_CHARS = 200;
const LINKS = ['as', 'is', 'for', 'be', '='];
const LINKED = charTable('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-=');
const MAX_LINKED_WORDS = 6; // the link, an article and four words of a name
const MAX_LINKED_WORD_CHARS = 24;
const NEAR = /^(?:[ \t]{1,4}[^\s|;&<>]{1,128}){1,5}/;
const QUOTE = `(?:\\\\{0,7}["'\`]|&quot;|%22)`;
const SEPARATOR = new RegExp(
  `${QUOTE}?(?:\\[\\w{0,8}\\]|\\])?(?:,[ \\t]?[A-Za-z_]\\w{0,20}(?=[ \\t]*:?=)){0,2}([ \\t]{0,8})(?::[ \\t]{0,2}[A-Za-z&*][A-Za-z0-9_<>|&'*[\\] ]{0,24}[ \\t]{0,2}=(?!=)|:=|=>|<-|\\?=|={1,3}|[:：]|%3[dDaA])([ \\t]{0,8}(?:\\n[ \\t]{0,40}(?=\\\\{0,7}["'\`]))?)`,
  'y',
);
const OPTION_SEPARATOR = /[=:]|[ \t]{1,8}|\\{0,7}["'`][ \t]{0,4},[ \t\n]{0,40}/y;
const NAMED_VALUE = /\\{0,7}["'`]?[ \t]{0,4},?\s{0,60}\\{0,7}["'`]?value\\{0,7}["'`]?[ \t]{0,4}[:=][ \t]{0,4}/iy;
const NEXT_ARGUMENT = /\\{0,7}["'`][ \t]{0,4},\s{0,40}(?=@?[NLfbr]?\\{0,7}["'`])/y;
/** What a name is for: `(prod)`, `for the admin`, `of db 2`. */
const QUALIFIER =
  /[ \t]{1,3}(?:\([^()\n]{1,40}\)|\[[^[\]\n]{1,40}\]|(?:base|value|string|here|below|now|again|itself|provided|supplied|given|used|returned|generated|created|received)|(?:for|of|on|in|to|from|at|für|von|zum|zur|pour|de|du|del|para|da|do|della|di|per|voor|van|dla|do|для|för|til|pentru)[ \t]{1,2}[^\s:=,;.!?|"'`]{1,40}(?:[ \t][^\s:=,;.!?|"'`]{1,30}){0,2}?)(?=[ \t]{0,4}(?:[:=：–—]|(?:is|ist|est|es|è|é)[ \t]))/y;
const SENTENCE_LINK =
  /(?:[ \t]{1,4}(?:is now|is|was|are|will be|set to|changed to|ist|war|lautet|heißt|sind|es|era|son|est|était|sont|é|è|sono|jest|to|är|er|on|e|este|je|это|là|adalah|olarak)(?:[ \t]{1,4}|[ \t]{0,2}:[ \t]{0,4})|[ \t]{0,2}(?:是|为|為|は|が|이|는|은)[ \t]{0,4})[*"'`(]{0,2}(?=[^\s"'`])/y;
const DASH = /[ \t]{1,4}(?:[–—→]|-{1,2}>?)[ \t]{1,4}/y;
const CELL = /[ \t]{0,60}[|│┃][ \t]{0,60}[`*"']{0,3}(?=[^\s|])/y;
const BELOW =
  /[*_`"')]{0,3}[:：]?[*_`]{0,3}[ \t]{0,4}\n(?:[ \t]{0,8}\n)?[ \t]{0,16}(?:```\w{0,12}\n)?(?:[>*-][ \t]{1,4}){0,2}[`"']?(\S{6,512}?)[`"']?[ \t]{0,4}(?=\n|$)/y;
const QUOTED_BESIDE = /[ \t]{1,4}(?:to |as |with |of |= )?(?=["'`„“«「])/y;
const BESIDE = /[ \t]{1,4}(?:to |as |with |of |into )?[*"'`(]{0,2}(?=[^\s"'`=:|(-])/y;
/** The tag around a name or an attribute ends, perhaps others begin, before the value: `<td>Password</td><td>x`, `<a name="password">x`. */
const TAGGED =
  /(?:["'][^<>\n]{0,80}>|(?:[:：]?[ \t]{0,2}<\/[a-z0-9]{1,12}>)+\s{0,8}(?:<[a-z0-9]{1,12}[^<>\n]{0,60}>\s{0,8}){0,2})(?=[^\s<])/iy;
/** A string that ends with the name and is joined with its value: `"PASSWORD=" + "x"`. */
const JOINED_STRING = /[=:][ \t]?\\{0,3}["'`][ \t]{0,4}(?:[+.,]|<<)[ \t]{0,4}(?=["'`])/y;
/** The value of a block that bears the name: `variable "password" { default = "x" }`. */
const BLOCK_VALUE =
  /["'`]?[ \t]{0,4}\{\s{0,40}(?:[a-z_]{1,20}[ \t]{0,4}=[^\n{}]{0,80}\n\s{0,40}){0,3}(?:default|value)[ \t]{0,8}=[ \t]{0,8}(?=["'`])/y;
/** A call that is made of the name or compares with it: `.password("x")`, `Password.of("x")`, `expect(password).toBe("x")`. */
const CALLED = /(?:\)?\.(?:toBe|toEqual|toStrictEqual|isEqualTo|equals?|eq)\(|\()[ \t]{0,4}(?=["'`])/y;
const MAKERS = ['create', 'of', 'from', 'new', 'parse', 'valueOf'];
const BLOCK_SCALAR = /[|>][+-]?[ \t]{0,4}\n([ \t]{1,40})(?=\S)/y;
const HEREDOC = /<<[-~]?["']?(\w{1,20})["']?[ \t]{0,4}\n/y;
const BEFORE =
  /(?:^|[\s"'`(])([^\s"'`(]{8,140})["'`)]?[ \t](?:as|is|for|be|=)[ \t](?:(?:the|my|your|our|its|his|her|their|a|an|new)[ \t])?(?:[A-Za-z0-9_-]{1,24}[ \t]){0,4}$/;
const SETTER =
  /(?:set|put|env|define|propert(?:y|ies)|header|add|append|store|save|config|export|insert|assign|with|secure)\w{0,20}\([ \t]{0,4}@?[NLfbr]?\\{0,7}["'`]$/i;

type Finder = (text: string, named: Named) => Place | undefined;

/** The finders to try, by the character after the name. The likeliest comes first. */
const FINDERS: readonly (readonly [find: Finder, next: string | undefined])[] = [
  [optionPlace, '= :\t"\'`\\'],
  [separatedPlace, '= :：\t\n,"\'`\\]%&?[<'],
  [joinedStringPlace, '=:'],
  [taggedPlace, '"\'<:：'],
  [blockValuePlace, '" {'],
  [qualifiedPlace, ' \t'],
  [argumentPlace, '("\'`\\'],
  [calledPlace, '().'],
  [sentencePlace, ' \t|│┃是为為はが이는은'],
  [belowPlace, '\n: *_`"\')：'],
  [besidePlace, ' \t'],
  [beforePlace, undefined],
  [nearPlace, ' \t'],
];

/** The possible places of a name's value, the likeliest first, up to the first where `hasValue` finds one. */
export function findPlace(text: string, named: Named, hasValue: (place: Place) => boolean): void {
  const next = text.charAt(named.end);
  const isInPath = standsInPath(text, named.start);
  for (const [find, allowed] of FINDERS) {
    if (isInPath && (find !== separatedPlace || next !== '=')) continue;
    const place = allowed === undefined || (next !== '' && allowed.includes(next)) ? find(text, named) : undefined;
    if (place !== undefined && (hasValue(place) || place.standing === 'joined')) return;
  }
}

function standsInPath(text: string, start: number): boolean {
  return '\\/:'.includes(text.charAt(start - 1) || ' ') && IN_PATH.test(text.slice(Math.max(0, start - MAX_PATH_CHARS), start));
}

function optionPlace(text: string, { start, end }: Named): Place | undefined {
  if (!text.startsWith('--', start - 2) && !/(?:^|\s)[-/]$/.test(text.slice(Math.max(0, start - 2), start))) return undefined;
  const option = sticky(OPTION_SEPARATOR, text, end);
  return option === undefined || text[option.end] === '-' ? undefined : { at: option.end, standing: 'option' };
}

function separatedPlace(text: string, named: Named): Place | undefined {
  const { start, end } = named;
  const separator = sticky(SEPARATOR, text, end);
  if (separator !== undefined && !isWholeString(text, start, separator.end)) {
    const block = blockPlace(text, separator.end);
    if (block !== undefined) return block;
    if (separator.end < text.length && text[separator.end] !== '\n') {
      return { at: afterMarks(text, separator.end), standing: separator.isTight ? 'joined' : 'spaced' };
    }
  }
  const value = sticky(NAMED_VALUE, text, end);
  return value === undefined ? undefined : { at: value.end, standing: 'joined' };
}

/** A bracket that only surrounds the value, as in `password: (x)`. */
function afterMarks(text: string, at: number): number {
  return text[at] === '(' && /^\([^()\s]{6,64}\)/.test(text.slice(at, at + 66)) ? at + 1 : at;
}

/** A value of several lines: a block of YAML or a here-document. */
function blockPlace(text: string, at: number): Place | undefined {
  const block = match(BLOCK_SCALAR, text, at);
  if (block !== undefined) {
    const rest = text.slice(block.end, block.end + MAX_BLOCK_CHARS);
    const outside = rest.search(new RegExp(`\\n(?!${block.groups[1] ?? ''}|[ \\t]*\\n)`));
    return { at: block.end, end: block.end + (outside < 0 ? rest.length : outside), standing: 'joined' };
  }
  const here = match(HEREDOC, text, at);
  if (here === undefined) return undefined;
  const close = text.slice(here.end, here.end + MAX_BLOCK_CHARS).search(new RegExp(`\\n[ \\t]*${here.groups[1] ?? ''}(?:\\n|$)`));
  return close < 0 ? undefined : { at: here.end, end: here.end + close, standing: 'joined' };
}

function qualifiedPlace(text: string, named: Named): Place | undefined {
  const qualifier = sticky(QUALIFIER, text, named.end);
  if (qualifier === undefined) return undefined;
  const qualified = { ...named, end: qualifier.end };
  const place = separatedPlace(text, qualified) ?? sentencePlace(text, qualified);
  return place?.standing === 'joined' || place?.standing === 'spaced' ? { ...place, standing: 'sentence' } : place;
}

/** The next argument of a call: `setenv("API_KEY", "x")`. */
function argumentPlace(text: string, { start, end, name }: Named): Place | undefined {
  if (/(?:^|\.)(?:set|with)[^.]*$/i.test(name) && text[end] === '(') return { at: end + 1, standing: 'quoted' };
  const next = sticky(NEXT_ARGUMENT, text, end);
  if (next === undefined || !/["'`]/.test(text.charAt(start - 1))) return undefined;
  return { at: next.end, standing: SETTER.test(text.slice(Math.max(0, start - 40), start)) ? 'quoted' : 'listed' };
}

/** `.password("x")`, `Password.of("x")`. A function of that name alone asks for one. */
function calledPlace(text: string, { start, end, name }: Named): Place | undefined {
  const parts = name.split('.');
  const isMade = MAKERS.includes(parts.at(-1) ?? '');
  if (text[end] === '(' && !isMade && parts.length < 2 && text[start - 1] !== '.') return undefined;
  const called = sticky(CALLED, text, end);
  return called === undefined ? undefined : { at: called.end, standing: 'named' };
}

function joinedStringPlace(text: string, { end }: Named): Place | undefined {
  const joined = sticky(JOINED_STRING, text, end);
  return joined === undefined ? undefined : { at: joined.end, standing: 'named' };
}

function taggedPlace(text: string, { start, end }: Named): Place | undefined {
  if (!text.slice(Math.max(0, start - MAX_PATH_CHARS), start).includes('<')) return undefined;
  const tagged = sticky(TAGGED, text, end);
  return tagged === undefined ? undefined : valueUpToTag(text, tagged.end);
}

function valueUpToTag(text: string, at: number): Place | undefined {
  const length = text.slice(at, at + MAX_BLOCK_CHARS).search(/\s{0,8}(?:<|$)/);
  return length <= 0 ? undefined : { at, end: at + length, standing: 'cell' };
}

function blockValuePlace(text: string, { end }: Named): Place | undefined {
  const value = sticky(BLOCK_VALUE, text, end);
  return value === undefined ? undefined : { at: value.end, standing: 'joined' };
}

function sentencePlace(text: string, { end }: Named): Place | undefined {
  const link = sticky(SENTENCE_LINK, text, end) ?? sticky(DASH, text, end);
  if (link !== undefined) return { at: backToQuote(text, link.end), standing: 'sentence' };
  const cell = sticky(CELL, text, end);
  return cell === undefined ? undefined : { at: cell.end, standing: 'cell' };
}

function belowPlace(text: string, { end }: Named): Place | undefined {
  const below = match(BELOW, text, end);
  const value = below?.groups[1];
  if (below === undefined || value === undefined) return undefined;
  const at = text.indexOf(value, end);
  return { at, end: at + value.length, standing: 'below' };
}

function besidePlace(text: string, { end, kind, name }: Named): Place | undefined {
  if (/^pass$/i.test(name)) return undefined; // `pass` is what people do with an argument
  const quoted = sticky(QUOTED_BESIDE, text, end);
  if (quoted !== undefined) return { at: quoted.end, standing: 'named' };
  const beside = kind === 'key' ? undefined : sticky(BESIDE, text, end);
  return beside === undefined ? undefined : { at: beside.end, standing: 'beside' };
}

/** `x as the token`, `x is the password`. */
function beforePlace(text: string, { start }: Named): Place | undefined {
  if (text[start - 1] !== ' ') return undefined;
  const from = Math.max(0, start - MAX_BEFORE_CHARS);
  const before = isLinked(text, start) ? BEFORE.exec(text.slice(from, start)) : null;
  if (before?.[1] === undefined) return undefined;
  const at = from + before.index + before[0].indexOf(before[1]);
  return { at, end: at + before[1].length, standing: 'below' };
}

/** Whether one of the few words before a place is one that links a value to its name. */
function isLinked(text: string, place: number): boolean {
  for (let end = place - 1, words = 0; words < MAX_LINKED_WORDS && end > 0; words++) {
    const start = runStart(LINKED, text, end, Math.max(0, end - MAX_LINKED_WORD_CHARS));
    if (end - start <= 3 && LINKS.includes(text.slice(start, end))) return true;
    if (start === end || !' \t'.includes(text.charAt(start - 1) || '.')) return false;
    end = start - 1;
  }
  return false;
}

/** A word with the form of a password, a few words after the name: `set-password bob x`. */
function nearPlace(text: string, { end, kind, name }: Named): Place | undefined {
  if (kind !== 'strong' || /secret|token|key|^pass$/i.test(name)) return undefined;
  const line = NEAR.exec(text.slice(end, end + MAX_NEAR_CHARS))?.[0] ?? '';
  for (const word of line.matchAll(/[^\s"'`]{8,128}/g)) {
    const value = word[0].replace(/[.,;:!?)]+$/, '');
    if (looksChosen(value) && !/[=(]/.test(value)) return { at: end + word.index, end: end + word.index + value.length, standing: 'below' };
  }
  return undefined;
}

function backToQuote(text: string, at: number): number {
  return /["'`]/.test(text.charAt(at - 1)) ? at - 1 : at;
}

function sticky(pattern: RegExp, text: string, at: number): { end: number; isTight: boolean } | undefined {
  const found = match(pattern, text, at);
  if (found === undefined) return undefined;
  return { end: found.end, isTight: found.groups[1] === '' && found.groups[2] === '' && !/[:：]$/.test(found.groups[0] ?? '') };
}

function match(pattern: RegExp, text: string, at: number): { end: number; groups: readonly (string | undefined)[] } | undefined {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return found === null ? undefined : { end: at + found[0].length, groups: found };
}

/** `'Password: '`, `'^TOKEN='`: the quote mark after the name closes the string that contains the name. */
function isWholeString(text: string, start: number, end: number): boolean {
  const quote = text.charAt(end);
  if (!/["'`]/.test(quote) || text.slice(start, end).includes(quote)) return false;
  const before = text.slice(Math.max(0, start - 40), start);
  const opening = before.lastIndexOf(quote);
  return opening >= 0 && !/\s/.test(before.slice(opening)) && /^$|[\s=(,[{:+]/.test(before.charAt(opening - 1));
}
