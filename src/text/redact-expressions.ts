// Finds secrets that are strings inside an expression: `password = prefix + "x"`, `os.getenv("DB_PASSWORD") or "x"`, `SecretStr("x")`.

import { nameKind } from './redact-names.ts';
import { isReadable, looksRandom, namesOneself } from './redact-values.ts';
import type { Span } from './redact-view.ts';

const MAX_CHARS = 256;
const MAX_TOKENS = 40;
const TOKEN = /[ \t]*(?:([fFbBrRuU]{0,2})("""|'''|"|')|([A-Za-z_$][\w$.]*)|([([{])|([)\]}])|(==|!=|[+%*?:|&.]{1,2})|([,])|\d+)/y;
/** Words between the operands of an expression. Two other words in a row are prose. */
const OPERATOR_WORD = /^(?:or|and|if|else|not|await|new|return)$/;
/** Calls that return their argument. */
const PASSES_ON =
  /^$|(?:^|\.)(?:str|bytes|bytearray|String|from|SecretStr|Secret|SecureString|quote|quote_plus|b64decode|unhexlify|fromhex|atob|hash|sha\d+|md5|format|join|crypt|hashpw|make_password|generate_password_hash)$/;
/** Calls whose second argument stands for a missing value. */
const HAS_DEFAULT = /(?:^|\.)(?:get|getenv|setdefault|pop|fetch|env|config|getOrDefault)$/;

interface Call {
  name: string;
  argument: number;
}

/** The strings of the expression at `at` that `isSecret` takes for the value of a name. */
export function expressionSpans(text: string, at: number, isSecret: (value: string) => boolean): Span[] {
  const window = text.slice(at, at + MAX_CHARS);
  if (!/["']/.test(window)) return [];
  const spans: Span[] = [];
  const calls: Call[] = [];
  let previous = '';
  TOKEN.lastIndex = 0;
  for (let tokens = 0; tokens < MAX_TOKENS; tokens++) {
    const token = TOKEN.exec(window);
    if (token === null) break;
    const [, , quote, word, open, close, , comma] = token;
    if (quote !== undefined) {
      const start = TOKEN.lastIndex;
      const end = closingOf(window, quote, start);
      const value = window.slice(start, end);
      if (isOperand(value, calls.at(-1), previous) && isSecret(value)) spans.push({ start: at + start, end: at + end });
      TOKEN.lastIndex = end + quote.length;
    } else if (word !== undefined && !OPERATOR_WORD.test(word)) {
      if (calls.length === 0 && /^[A-Za-z_$]/.test(previous) && !OPERATOR_WORD.test(previous)) return [];
    } else if (open !== undefined) calls.push({ name: /^[\w$.]+$/.test(previous) ? previous : '', argument: 0 });
    else if (close !== undefined && calls.pop() === undefined) break;
    else if (comma !== undefined) {
      const call = calls.at(-1);
      if (call === undefined) break;
      call.argument++;
    }
    previous = quote ?? token[0].trim();
  }
  return spans;
}

function closingOf(window: string, quote: string, start: number): number {
  for (let end = window.indexOf(quote, start); end >= 0; end = window.indexOf(quote, end + 1)) if (window[end - 1] !== '\\') return end;
  return window.length;
}

/** An operand of the expression itself, or an argument of a call that hands it on. Names of variables and labels are neither. */
function isOperand(value: string, call: Call | undefined, previous: string): boolean {
  if (/^[=!]=$/.test(previous) || nameKind(value) !== undefined || namesOneself(value)) return false;
  if (call === undefined) return true;
  if (PASSES_ON.test(call.name) && call.argument === 0) return true;
  return (HAS_DEFAULT.test(call.name) && call.argument === 1) || (looksRandom(value, 8) && !isReadable(value));
}
