// Secrets in the columns of a table whose head names them: `name,password` and `| user | token |`.

import { nameKind } from './redact-names.ts';
import { isSecretValue } from './redact-values.ts';
import type { Span } from './redact-view.ts';

const DELIMITERS = ['|', ',', ';', '\t'];
const MAX_CELLS = 40;
const MAX_LINE_CHARS = 4_096;
/** The cells of a head are names. */
const HEAD_CELL = /^["'*`]*[\p{L}_][^=:{}()]{0,40}$|^$/u;

interface Line extends Span {
  text: string;
}

/** The cells below a head that announces a secret, in a text with its line breaks. `names`: where parts of such names are, in order. */
export function columnSpans(text: string, names: readonly number[]): Span[] {
  const heads = linesAt(text, names);
  return heads.length === 0 ? [] : DELIMITERS.flatMap((delimiter) => spansBelow(text, heads, delimiter));
}

function spansBelow(text: string, heads: readonly Line[], delimiter: string): Span[] {
  const spans: Span[] = [];
  let readUntil = 0;
  for (const head of heads) if (head.start >= readUntil) readUntil = collect(text, head, delimiter, spans);
  return spans;
}

/** Collects the secrets of the table that a line may begin; returns the end of what was read. */
function collect(text: string, head: Line, delimiter: string, spans: Span[]): number {
  const cells = cellsOf(head, delimiter);
  if (cells.length < 2 || !cells.every((cell) => HEAD_CELL.test(cell.text))) return head.end;
  const columns = cells.flatMap((cell, index) => (announcesSecret(cell.text) ? [index] : []));
  let { end } = head;
  while (columns.length > 0 && end < text.length) {
    const row = lineAt(text, end + 1);
    const values = cellsOf(row, delimiter);
    if (values.length !== cells.length) break;
    for (const column of columns) spans.push(...secretCell(values[column], cells[column]?.text ?? ''));
    end = row.end;
  }
  return end;
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

/** The lines with these places, each once. */
function linesAt(text: string, places: readonly number[]): Line[] {
  const lines: Line[] = [];
  let readUntil = 0;
  for (const place of places) {
    if (place < readUntil) continue;
    const line = lineAt(text, place);
    lines.push(line);
    readUntil = line.end;
  }
  return lines;
}

/** The line with a place, without its break. */
function lineAt(text: string, place: number): Line {
  const start = place === 0 ? 0 : text.lastIndexOf('\n', place - 1) + 1;
  const lineEnd = text.indexOf('\n', place);
  const end = lineEnd < 0 ? text.length : lineEnd;
  return { start, end, text: text.slice(start, end) };
}

function cellsOf(line: Line, delimiter: string): Line[] {
  if (line.text.length > MAX_LINE_CHARS || !line.text.includes(delimiter)) return [];
  const cells: Line[] = [];
  let start = line.start;
  for (const part of line.text.split(delimiter, MAX_CELLS)) {
    cells.push({ start: start + (part.length - part.trimStart().length), end: start + part.trimEnd().length, text: part.trim() });
    start += part.length + delimiter.length;
  }
  return cells;
}
