// Secrets in the columns of a table whose head names them: `name,password` and `| user | token |`.

import { nameKind } from './redact-names.ts';
import { isSecretValue } from './redact-values.ts';
import type { Span } from './redact-view.ts';

const DELIMITERS = ['|', ',', ';', '\t'];
const MAX_CELLS = 40;
const MAX_ROWS = 200;

interface Line extends Span {
  text: string;
}

/** The cells below a head that announces a secret, in a text with its line breaks. */
export function columnSpans(text: string): Span[] {
  if (!text.includes('\n')) return [];
  const lines = linesOf(text);
  const spans: Span[] = [];
  for (const delimiter of DELIMITERS) {
    if (text.includes(delimiter)) collect(lines, delimiter, spans);
  }
  return spans;
}

function collect(lines: readonly Line[], delimiter: string, spans: Span[]): void {
  for (let head = 0; head < lines.length - 1; head++) {
    const cells = cellsOf(lines[head], delimiter);
    const columns = cells.flatMap((cell, index) => (announcesSecret(cell.text) ? [index] : []));
    if (columns.length === 0 || cells.length < 2 || !cells.every((cell) => /^["'*`]*[\p{L}_][^=:{}()]{0,40}$|^$/u.test(cell.text)))
      continue;
    for (let row = head + 1; row < Math.min(lines.length, head + MAX_ROWS); row++) {
      const values = cellsOf(lines[row], delimiter);
      if (values.length !== cells.length) break;
      for (const column of columns) spans.push(...secretCell(values[column], cells[column]?.text ?? ''));
      head = row;
    }
  }
}

function announcesSecret(cell: string): boolean {
  return cell.length >= 2 && cell.length <= 40 && nameKind(bare(cell).replaceAll(' ', '_')) !== undefined;
}

function secretCell(cell: Line | undefined, head: string): Span[] {
  if (cell === undefined) return [];
  const value = bare(cell.text);
  const name = bare(head).replaceAll(' ', '_');
  const kind = nameKind(name) ?? 'weak';
  if (value.length < 4 || !isSecretValue({ value, kind, name, standing: 'cell', endsLine: true })) return [];
  const start = cell.start + cell.text.indexOf(value);
  return [{ start, end: start + value.length }];
}

function bare(cell: string): string {
  return cell.replace(/^["'*`\s]+|["'*`\s]+$/g, '');
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start <= text.length; ) {
    const lineEnd = text.indexOf('\n', start);
    const end = lineEnd < 0 ? text.length : lineEnd;
    lines.push({ start, end, text: text.slice(start, end) });
    start = end + 1;
  }
  return lines;
}

function cellsOf(line: Line | undefined, delimiter: string): Line[] {
  if (line === undefined || line.text.length > 4_096 || !line.text.includes(delimiter)) return [];
  const cells: Line[] = [];
  let start = line.start;
  for (const part of line.text.split(delimiter, MAX_CELLS)) {
    cells.push({ start: start + (part.length - part.trimStart().length), end: start + part.trimEnd().length, text: part.trim() });
    start += part.length + delimiter.length;
  }
  return cells;
}
