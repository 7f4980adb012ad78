// Finds secrets in `INSERT INTO users (name, password) VALUES ('a', 'x')`: the list of columns names the secret values.

import { nameKind } from './redact-names.ts';
import { isSecretValue } from './redact-values.ts';
import type { Span } from './redact-view.ts';

const HEAD =
  /\b(?:insert|replace)\s[^(;]{0,60}?\binto\s{1,8}[^\s(]{1,100}\s{0,8}\(([^()]{1,400})\)\s{0,40}(?:[a-z]{1,12}\s{1,8}){0,4}?(?:values|select|value(?=\s{0,8}\())\b\s{0,40}/gi;
const MAX_ROWS_CHARS = 4_096;
/** A string of SQL with its quotes doubled or escaped, a bracket, a comma, or anything else. */
const TOKEN = /'((?:[^'\\]|''|\\[^])*)'?|"((?:[^"\\]|""|\\[^])*)"?|[(),;]|[^'"(),;]+/g;

interface Literal extends Span {
  column: number;
}

/** The strings that are inserted into columns whose names announce a secret. */
export function insertSpans(text: string): Span[] {
  if (!/into/i.test(text)) return [];
  const spans: Span[] = [];
  const heads = [...text.matchAll(HEAD)];
  for (const [index, head] of heads.entries()) {
    const columns = (head[1] ?? '').split(',').map((column) => column.replace(/[\s"'`[\]\\]/g, ''));
    const kinds = columns.map(nameKind);
    if (kinds.every((kind) => kind === undefined)) continue;
    for (const { column, start, end } of literalsOf(text.slice(0, heads[index + 1]?.index), head.index + head[0].length)) {
      const [name, kind] = [columns[column], kinds[column]];
      if (name === undefined || kind === undefined) continue;
      if (isSecretValue({ value: text.slice(start, end), kind, name, standing: 'quoted', endsLine: false })) spans.push({ start, end });
    }
  }
  return spans;
}

/** The strings of all rows up to the end of the text, each with its column. Calls around a string belong to its column. */
function literalsOf(text: string, from: number): Literal[] {
  const literals: Literal[] = [];
  const rows = text.slice(from, from + MAX_ROWS_CHARS);
  const columnDepth = rows.startsWith('(') ? 1 : 0;
  let depth = 0;
  let column = 0;
  for (const token of rows.matchAll(TOKEN)) {
    const mark = token[0];
    if (mark === ';' && depth === 0) break;
    if (mark === '(') depth++;
    else if (mark === ')') depth--;
    else if (mark === ',' && depth === columnDepth) column++;
    else if (mark === ',' && depth < columnDepth) column = 0;
    const value = token[1] ?? token[2];
    if (value !== undefined) literals.push({ column, start: from + token.index + 1, end: from + token.index + 1 + value.length });
  }
  return literals;
}
