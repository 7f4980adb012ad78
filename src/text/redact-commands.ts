// Finds secrets among the arguments of commands: compares the words of a command line with the forms in `redact-command-table.ts`.

import type { Anchor, Hit } from './redact-anchors.ts';
import { COMMAND_ROWS } from './redact-command-table.ts';
import { isReadable, isStandIn, looksChosen, looksRandom } from './redact-values.ts';
import { restSpan, type Span } from './redact-view.ts';

/** One part of a form: a required word, any word, or the place of the secret. */
type Part =
  | { kind: 'words'; words: readonly string[] }
  | { kind: 'any' }
  | { kind: 'secret'; after: string; options: readonly string[]; tight: boolean; spaced: boolean; within: string; isRandom: boolean };

type SecretPart = Part & { kind: 'secret' };

export interface Form {
  tools: readonly string[];
  parts: readonly Part[];
}

/** A word of a command line without its quotes. */
interface Word extends Span {
  text: string;
}

const MAX_COMMAND_CHARS = 2_048;
const MIN_LOOKS = 32; // commands that we check in a text of any length
const CHARS_PER_LOOK = 64; // no shell session has more commands than one in so many characters
const MAX_WORDS = 64;
const MAX_PIECES = 8; // of one word, quoted and unquoted
const MIN_SECRET_CHARS = 3;

/** Parses the notation of a form into its parts. */
function parseForm(row: string): Form {
  const [tools = '', ...words] = row.split(' ');
  const parts: Part[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const next = words[index + 1] ?? '';
    if (isSecretPart(next) && /^--?\w|^\/\w/.test(word) && !word.includes('{')) {
      parts.push(secretPart(next, word, /^-[A-Za-z]$/.test(word) && next.startsWith('*'), true));
      index++;
    } else if (isSecretPart(word)) parts.push(tightOrPlain(word));
    else parts.push(word === '*' ? { kind: 'any' } : { kind: 'words', words: word.split('|') });
  }
  return { tools: tools.split('|'), parts };
}

function isSecretPart(word: string): boolean {
  return /\{R?\}$/.test(word);
}

function tightOrPlain(word: string): Part {
  const [, option = '', tilde = ''] = /^((?:--?|\/)[\w-]+[:=]?)(~?)\{R?\}$/.exec(word) ?? [];
  return secretPart(option === '' ? word : word.slice(option.length + tilde.length), option, option !== '', tilde === '~');
}

function secretPart(word: string, after: string, tight: boolean, spaced: boolean): Part {
  return {
    kind: 'secret',
    after,
    options: after.split('|'),
    tight,
    spaced,
    within: word.replace(/\{R?\}$/, ''),
    isRandom: word.endsWith('{R}'),
  };
}

const FORMS = COMMAND_ROWS.map(parseForm);
const formsByTool = new Map<string, Form[]>();
for (const form of FORMS) {
  for (const tool of form.tools) formsByTool.set(tool, [...(formsByTool.get(tool) ?? []), form]);
}

/** What a tool's name means: the forms its command lines may have. */
export interface ToolMeaning {
  tool: string;
  forms: readonly Form[];
}

/** The names of all tools. */
export const TOOL_ANCHORS: readonly Anchor<ToolMeaning>[] = [...formsByTool].map(([tool, forms]) => ({
  literal: tool,
  anyCase: false,
  meaning: { tool, forms },
}));

/** Secrets among the arguments of known commands, in a text without explicit line breaks. */
export function commandSpans(text: string, hits: readonly Hit<ToolMeaning>[]): Span[] {
  const commands = hits.filter(({ at, meaning: { tool } }) => isCommandWord(text, at, tool.length));
  const looks = Math.max(MIN_LOOKS, Math.floor(text.length / CHARS_PER_LOOK));
  const read = wordReader(text);
  const spans = commands.slice(0, looks).flatMap(({ at, meaning: { tool, forms } }) => {
    const words = wordsFrom(read, at + tool.length);
    return forms.flatMap((form) => formSpan(form, words) ?? []);
  });
  const unseen = commands[looks];
  return unseen === undefined ? spans : [...spans, restSpan(text, unseen.at)];
}

function isCommandWord(text: string, at: number, length: number): boolean {
  return !/[\w.@-]/.test(text.charAt(at - 1)) && /[\s"']/.test(text.charAt(at + length));
}

const WORD = /\\{0,3}"((?:[^"\\\n]|\\[^"\n]){0,1024})(?:\\{0,3}"|(?=\n|$))|'([^'\n]{0,1024})(?:'|(?=\n|$))|[^\s"'|;&`()<>]+/y;
const BETWEEN = /[ \t]+|["'],\s{0,40}(?=["'])|["']?,[ \t]{0,4}(?=["'])/y;

/** A word and where what follows it begins. */
interface Step {
  word: Word;
  next: number;
}

type ReadWord = (at: number) => Step | undefined;

/** Reads the word after a place. Many commands may read the same words, so each word is cached. */
function wordReader(text: string): ReadWord {
  const steps = new Map<number, Step | undefined>();
  return (at) => {
    if (!steps.has(at)) {
      BETWEEN.lastIndex = at;
      const between = BETWEEN.exec(text);
      steps.set(at, between === null ? undefined : wordAt(text, at + between[0].length));
    }
    return steps.get(at);
  };
}

/** The words up to the end of the command: a line break, a pipe, another command. */
function wordsFrom(read: ReadWord, start: number): Word[] {
  const words: Word[] = [];
  for (let step = read(start); step !== undefined && words.length < MAX_WORDS; step = read(step.next)) {
    words.push(step.word);
    if (step.next >= start + MAX_COMMAND_CHARS) break;
  }
  return words;
}

/** A word in quotes, or one of pieces of which some may be quoted: `-p"x y"`. */
function wordAt(text: string, start: number): Step | undefined {
  let at = start;
  for (let pieces = 0; pieces < MAX_PIECES; pieces++) {
    WORD.lastIndex = at;
    const piece = WORD.exec(text);
    if (piece === null) break;
    at += piece[0].length;
    if (pieces === 0 && (piece[1] !== undefined || piece[2] !== undefined)) return { word: inQuotes(text, start, at), next: at };
  }
  return at === start ? undefined : { word: { start, end: at, text: text.slice(start, at) }, next: at };
}

function inQuotes(text: string, start: number, end: number): Word {
  const whole = text.slice(start, end);
  const front = /^\\{0,3}["']/.exec(whole)?.[0].length ?? 0;
  const back = /\\{0,3}["']$/.exec(whole.slice(front))?.[0].length ?? 0;
  return { start: start + front, end: end - back, text: whole.slice(front, whole.length - back) };
}

function formSpan(form: Form, words: readonly Word[]): Span | undefined {
  let next = 0;
  for (const part of form.parts) {
    if (part.kind === 'secret') return secretSpan(part, words, next);
    const found = words.findIndex((word, index) => index >= next && isPart(part, word.text));
    if (found < 0) return undefined;
    next = found + 1;
  }
  return undefined;
}

function isPart(part: Part & { kind: 'words' | 'any' }, word: string): boolean {
  return part.kind === 'any' ? !isOption(word) : part.words.some((wanted) => matches(wanted, word));
}

function matches(wanted: string, word: string): boolean {
  const star = wanted.indexOf('*');
  return star < 0 ? word === wanted : word.startsWith(wanted.slice(0, star)) && word.endsWith(wanted.slice(star + 1));
}

function isOption(word: string): boolean {
  return /^-|^\/\w+(?::|$)/.test(word);
}

function secretSpan(part: SecretPart, words: readonly Word[], next: number): Span | undefined {
  if (part.after === '' && part.within === '') return positionalSpan(part, words, next);
  for (let index = next; index < words.length; index++) {
    const value = part.after === '' ? words[index] : valueOfOption(part, words[index], words[index + 1]);
    const span = value === undefined ? undefined : insideSpan(part, value);
    if (span !== undefined) return span;
  }
  return undefined;
}

function valueOfOption(part: SecretPart, word: Word | undefined, following: Word | undefined): Word | undefined {
  const option = part.options.find((after) => word?.text.startsWith(after));
  return word === undefined || option === undefined ? undefined : optionValue(part, option, word, following);
}

/** The next word that is neither an option nor may be the value of one. */
function positionalSpan(part: SecretPart, words: readonly Word[], next: number): Span | undefined {
  const index = words.findIndex((word, at) => at >= next && !isOption(word.text));
  const word = words[index];
  const isValueOfOption = index > next && /^-{1,2}[A-Za-z][\w-]*$/.test(words[index - 1]?.text ?? '');
  return word === undefined || isValueOfOption ? undefined : insideSpan(part, word);
}

function optionValue(part: SecretPart, option: string, word: Word, following: Word | undefined): Word | undefined {
  if (word.text === option) return part.spaced && following !== undefined && !following.text.startsWith('-') ? following : undefined;
  const equals = word.text.startsWith(`${option}=`) ? 1 : 0;
  if (!part.tight && equals === 0) return undefined;
  const start = word.start + option.length + equals;
  return unquoted({ start, end: word.end, text: word.text.slice(option.length + equals) });
}

function unquoted(word: Word): Word {
  const quote = word.text.charAt(0);
  if (!/["']/.test(quote) || word.text.length < 2 || !word.text.endsWith(quote)) return word;
  return { start: word.start + 1, end: word.end - 1, text: word.text.slice(1, -1) };
}

/** The part of a word that is the secret, if it looks like one. */
function insideSpan(part: SecretPart, word: Word): Span | undefined {
  const mark = part.within.replace(/^\*/, '');
  const before = word.text.slice(0, Math.max(0, word.text.indexOf(mark)));
  if (!word.text.includes(mark) || (mark === part.within && before !== '') || /^[-@./]/.test(before)) return undefined;
  if (mark !== part.within && before === '' && /^[^\w]$/.test(mark)) return undefined;
  const start = before.length + mark.length;
  const end = /^[/%]$/.test(mark) ? word.text.replace(/@[^@]*$/, '').length : word.text.length;
  return isArgumentSecret(word.text.slice(start, end), part.isRandom) ? { start: word.start + start, end: word.start + end } : undefined;
}

function isArgumentSecret(value: string, isRandom: boolean): boolean {
  if (value.length < MIN_SECRET_CHARS || isStandIn(value) || /^(?:\/\/|\\\\|-)|[/.]{2}|^[./~]\S*\/|^https?:/.test(value)) return false;
  return !isRandom || looksChosen(value) || (looksRandom(value, 16) && !isReadable(value));
}
