// Finds the calls of a `Logger` in source text: level, names of the fields, sentence.

/** One call. `fields` are names as written; `sentence` has `…` for each inserted value, and is undefined when it is no literal. */
export interface LogCall {
  level: string;
  fields: string[];
  sentence: string | undefined;
}

const CALL = /\b(?:log|logger)\.(debug|info|warn|error)\(|\brepeats\.(failed|recovered)\(/g;
const LEVELS: Readonly<Record<string, string>> = { failed: 'warn', recovered: 'info' };
const STRING = /'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/y;

/** All calls in the text of one file, in order. */
export function logCallsIn(text: string): LogCall[] {
  return [...text.matchAll(CALL)].map((match) => {
    const [, level, repeated] = match;
    const given = argumentsFrom(text, match.index + match[0].length);
    // What repeats has its key first.
    const [fields = '', ...rest] = repeated === undefined ? given : given.slice(1);
    return { level: level ?? LEVELS[repeated ?? ''] ?? '', fields: fieldNames(fields), sentence: sentenceOf(rest.join(',').trim()) };
  });
}

/** The arguments of a call whose opening parenthesis ends before `start`. */
function argumentsFrom(text: string, start: number): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; at < text.length; at++) {
    STRING.lastIndex = at;
    const string = STRING.exec(text);
    if (string !== null) at += string[0].length - 1;
    else if ('([{'.includes(text.charAt(at))) depth += 1;
    else if (depth > 0 && ')]}'.includes(text.charAt(at))) depth -= 1;
    else if (depth === 0 && (text[at] === ',' || text[at] === ')')) {
      found.push(text.slice(from, at).trim());
      from = at + 1;
      if (text[at] === ')') break;
    }
  }
  return found.filter((argument) => argument !== '');
}

/** `{ a, b: c, ...d }` has a, b and ...d. */
function fieldNames(literal: string): string[] {
  if (!literal.startsWith('{')) return literal === '' ? [] : [literal];
  return argumentsFrom(`${literal.slice(1, -1)})`, 0).map((part) => /^[\w.]+/.exec(part)?.[0] ?? part);
}

function sentenceOf(argument: string): string | undefined {
  const whole = /^(['`])([^]*)\1$/.exec(argument)?.[2];
  return whole === undefined ? undefined : withoutValues(whole);
}

/** Inserted values become `…`, also those with values inside. */
function withoutValues(literal: string): string {
  return literal.replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…').replaceAll("\\'", "'");
}

/** Literals that are sentences: of the places that give their sentences to somebody who logs them. */
export function sentencesIn(text: string): string[] {
  const code = text.replaceAll(/\/\*\*?[^]*?\*\/|^\s*\/\/.*$|;\s*\/\/.*$/gm, '');
  const literals = [...code.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g)].map(([, plain, template]) =>
    withoutValues(plain ?? template ?? ''),
  );
  return literals.filter((literal) => /^[A-Z…].*[^:]$/.test(literal) && !literal.includes('${') && literal.split(' ').length >= 3);
}
