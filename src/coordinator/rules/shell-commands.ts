// Splits a command line into the simple commands that a shell would run, each a list of words without quotation marks. Text between
// quotation marks and in here-documents is no command; what `sh -c`, `$(…)` and wrappers such as `sudo` run is one.
//
// It understands what agents write every day, and no variables, loops or functions.

/** A program with its arguments, such as `['git', 'push', '--force']`. The program is without its folder. */
export type SimpleCommand = readonly string[];

const MAX_CHARS = 20_000;
const MAX_DEPTH = 4; // of commands inside of commands
const MAX_MARK_CHARS = 80; // of a here-document
const BLANK = /\s/;
const SEPARATOR = /[\n;|&()]/;
const HERE_DOCUMENT = /^<<-?[ \t]*(['"]?)([A-Za-z_]\w*)\1/;
/** Words before a command that is run all the same. */
const BEFORE =
  /^(?:sudo|doas|env|nohup|time|nice|ionice|xargs|command|exec|eval|builtin|then|do|else|if|while|until|!|[{}]+|[A-Za-z_]\w*=.*)$/s;
const SHELL = /^(?:ba|z|da|k|fi)?sh$/;

/** Several rules look at one call, one after the other. */
let newest: { text: string; commands: readonly SimpleCommand[] } = { text: '', commands: [] };

/** The commands in the order of their beginnings; those inside of another come after it. */
export function simpleCommands(text: string): readonly SimpleCommand[] {
  if (newest.text !== text) newest = { text, commands: commandsIn(text.slice(0, MAX_CHARS), 0) };
  return newest.commands;
}

function commandsIn(text: string, depth: number): SimpleCommand[] {
  if (depth > MAX_DEPTH) return [];
  const reader = new Reader(text);
  reader.read();
  const found = reader.commands.flatMap((words) => unwrapped(words, depth));
  return [...found, ...reader.inner.flatMap((inner) => commandsIn(inner, depth + 1))];
}

/** The command behind its wrappers, and the script of a shell that was given one. */
function unwrapped(words: readonly string[], depth: number): SimpleCommand[] {
  const start = words.findIndex((word, index) => !BEFORE.test(word) && !isOption(words, index));
  const [path, ...rest] = start < 0 ? [] : words.slice(start);
  if (path === undefined) return [];
  const program = path.slice(path.lastIndexOf('/') + 1);
  if (program === 'timeout') return unwrapped(withoutTime(rest), depth);
  const script = SHELL.test(program) ? rest[rest.findIndex((word) => /^-\w*c\w*$/.test(word)) + 1] : undefined;
  const hasScript = rest.some((word) => /^-\w*c\w*$/.test(word));
  return [[program, ...rest], ...(hasScript && script !== undefined ? commandsIn(script, depth + 1) : [])];
}

/** An option of a wrapper, or its value: `sudo -u postgres`, `xargs -I {}`. */
function isOption(words: readonly string[], index: number): boolean {
  return index > 0 && (words[index]?.startsWith('-') === true || /^-[ugnICLP]$/.test(words[index - 1] ?? ''));
}

function withoutTime(words: readonly string[]): string[] {
  return words.slice(words.findIndex((word, index) => /^\d/.test(word) && !/^-[ks]$/.test(words[index - 1] ?? '')) + 1);
}

/** Reads a text once, from the left to the right. */
class Reader {
  readonly commands: string[][] = [];
  /** The texts of `$(…)` and of backquotes. */
  readonly inner: string[] = [];
  readonly #text: string;
  #at = 0;
  #words: string[] = [];
  #word: string | undefined;
  readonly #hereDocuments: string[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  read(): void {
    while (this.#at < this.#text.length) this.#step(this.#text.charAt(this.#at));
    this.#endCommand();
  }

  #step(char: string): void {
    if (char === '\\') this.#take(2, this.#text.charAt(this.#at + 1).replace('\n', ''));
    else if (char === "'") this.#quoted("'");
    else if (char === '"') this.#doubleQuoted();
    else if (this.#text.startsWith('$(', this.#at) || char === '`') this.#substitution();
    else if (char === '#' && this.#word === undefined) this.#comment();
    else if (char === '<' && this.#text.charAt(this.#at + 1) === '<') this.#hereDocument();
    else if (char !== '\n' && BLANK.test(char)) this.#endWord(1);
    else if (SEPARATOR.test(char) && !this.#isRedirectAmpersand(char)) this.#separate();
    else this.#take(1, char);
  }

  /** Up to the end of the line; lines may be joined by `;`. */
  #comment(): void {
    const end = this.#text.slice(this.#at).search(/[\n;]/);
    this.#at = end < 0 ? this.#text.length : this.#at + end;
  }

  #take(length: number, text: string | undefined): void {
    this.#at += length;
    if (text !== undefined) this.#word = (this.#word ?? '') + text;
  }

  #lengthUntil(text: string): number {
    const end = this.#text.indexOf(text, this.#at + 1);
    return (end < 0 ? this.#text.length : end) - this.#at;
  }

  #quoted(mark: string): void {
    const length = this.#lengthUntil(mark);
    this.#take(length + 1, this.#text.slice(this.#at + 1, this.#at + length));
  }

  #doubleQuoted(): void {
    this.#take(1, '');
    while (this.#at < this.#text.length && this.#text.charAt(this.#at) !== '"') {
      if (this.#text.charAt(this.#at) === '\\') this.#take(2, this.#text.charAt(this.#at + 1));
      else if (this.#text.startsWith('$(', this.#at) || this.#text.charAt(this.#at) === '`') this.#substitution();
      else this.#take(1, this.#text.charAt(this.#at));
    }
    this.#at++;
  }

  /** Keeps what is run inside of it, and stays part of the word as it is written. */
  #substitution(): void {
    const isOld = this.#text.charAt(this.#at) === '`';
    const length = isOld ? this.#lengthUntil('`') + 1 : closingParenthesis(this.#text, this.#at + 1) + 1 - this.#at;
    const whole = this.#text.slice(this.#at, this.#at + length);
    this.inner.push(whole.slice(isOld ? 1 : 2, -1));
    this.#take(length, whole);
  }

  #isRedirectAmpersand(char: string): boolean {
    return char === '&' && (/[<>]/.test(this.#text.charAt(this.#at - 1)) || this.#text.charAt(this.#at + 1) === '>');
  }

  #hereDocument(): void {
    const [whole, , tag] = HERE_DOCUMENT.exec(this.#text.slice(this.#at, this.#at + MAX_MARK_CHARS)) ?? ['<<<'];
    this.#endWord(whole.length);
    if (tag !== undefined) this.#hereDocuments.push(tag);
  }

  /** Here-documents begin behind the line that names them. Lines may be joined by `;`, and then everything up to the mark is skipped. */
  #separate(): void {
    this.#endCommand();
    const isLineEnd = /[\n;]/.test(this.#text.charAt(this.#at));
    this.#at++;
    if (!isLineEnd) return;
    for (const tag of this.#hereDocuments.splice(0)) {
      const end = new RegExp(String.raw`(?:^|[\n;])[ \t]*${tag}[ \t]*(?=$|[\n;)])`).exec(this.#text.slice(this.#at));
      this.#at = end === null ? this.#text.length : this.#at + end.index + end[0].length;
    }
  }

  #endWord(length: number): void {
    this.#at += length;
    if (this.#word !== undefined) this.#words.push(this.#word);
    this.#word = undefined;
  }

  #endCommand(): void {
    if (this.#word !== undefined) this.#words.push(this.#word);
    if (this.#words.length > 0) this.commands.push(this.#words);
    this.#word = undefined;
    this.#words = [];
  }
}

/** Where the parenthesis that opens at `from` is closed; the end of the text when it is not. Those between quotation marks do not count. */
function closingParenthesis(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\') at++;
    else if (char === "'" && text.indexOf("'", at + 1) > 0) at = text.indexOf("'", at + 1);
    else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return at;
  }
  return text.length - 1;
}
