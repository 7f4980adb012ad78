// Reads the kind of JSON that people write by hand: with comments, trailing commas, bare keys and single quotes (a part of JSON5).

const TOKEN = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[A-Za-z_$][\w$]*|[{}[\],:]|[+-]?[\d.][\w.+-]*|\s+/y;
const WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null']);

/** The value of the text; undefined when it cannot be read. Never throws. */
export function parseLooseJson(text: string): unknown {
  try {
    return JSON.parse(strictOf(text.replace(/^\uFEFF/, '')));
  } catch {
    return undefined;
  }
}

/** The same value as strict JSON. Throws when a character fits nothing. */
function strictOf(text: string): string {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text)?.[0];
    if (found === undefined) throw new SyntaxError('not JSON');
    const isNothing = /^\s/.test(found) || found.startsWith('//') || found.startsWith('/*');
    if (!isNothing) addToken(tokens, found);
  }
  return tokens.join('');
}

function addToken(tokens: string[], token: string): void {
  if (/^[}\]]$/.test(token) && tokens.at(-1) === ',') tokens.pop();
  tokens.push(strictToken(token));
}

function strictToken(token: string): string {
  if (token.startsWith("'")) return JSON.stringify(token.slice(1, -1).replace(/\\(['"\\/])/g, '$1'));
  if (/^[A-Za-z_$]/.test(token) && !WORDS.has(token)) return JSON.stringify(token);
  return token.startsWith('+') ? token.slice(1) : token;
}
