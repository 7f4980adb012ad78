// Reads request bodies the way Go's JSON decoder does: the first value counts, what follows is ignored.

/** The first JSON value of `text`, or `undefined` when there is none. Lone surrogates become U+FFFD, as in Go. */
export function firstJsonValue(text: string): unknown {
  return parse(text) ?? parse(text.slice(0, endOfFirstContainer(text)));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text, (_key, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value));
  } catch {
    return undefined;
  }
}

/** The index after the bracket that closes the first object or array; 0 when it is never closed. */
function endOfFirstContainer(text: string): number {
  let depth = 0;
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"|[{[]|[}\]]/gs)) {
    if (match[0] === '{' || match[0] === '[') depth += 1;
    if (match[0] === '}' || match[0] === ']') depth -= 1;
    if (depth === 0) return match.index + match[0].length;
  }
  return 0;
}

/** JSON as Go writes it: `<`, `>`, `&` and the two line separators are escaped, which counts against length limits. */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Whether a decoded value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
