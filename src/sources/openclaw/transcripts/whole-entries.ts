// Finds whole entries in a torn line: a crash cuts a line off in the middle, and the next writer goes on right after it. Pure.

import { asRecord, asText, parseJson } from '../../../core/json-guards.ts';

const WELL_BEGUN = /^\{"type":"[a-z_]{1,40}",(?:"version":\d{1,4},)?"id":"[^"\\]{1,128}"/;
const KINDS: ReadonlySet<string> = new Set(
  'session|message|model_change|thinking_level_change|custom|custom_message|compaction|leaf|label|branch_summary|session_info'.split('|'),
);
const TYPE = '"type":"';
const MAX_CANDIDATES = 2_000; // a torn line may contain any number of objects that are no entries

/** A part of a line. A torn one may still contain the id of its entry. */
export interface Piece {
  text: string;
  isTorn: boolean;
}

/**
 * The pieces of a line, in order: the line itself when it is one entry or contains none, else every whole entry and what is between
 * them. Torn pieces are included, so that they are counted.
 */
export function wholeEntries(line: string): Piece[] {
  if (!isDoubtful(line) || asRecord(parseJson(line)) !== undefined) return [{ text: line, isTorn: false }];
  const pieces: Piece[] = [];
  let from = 0;
  for (const { start, end } of entriesIn(line)) {
    pieces.push({ text: line.slice(from, start), isTorn: true }, { text: line.slice(start, end), isTorn: false });
    from = end;
  }
  pieces.push({ text: line.slice(from), isTorn: true });
  return pieces.filter(({ text }) => text.trim() !== '');
}

/** A cheap test, because nearly every line is whole, and parsing it twice would cost as much as everything else. */
function isDoubtful(line: string): boolean {
  if (!WELL_BEGUN.test(line) || !line.endsWith('}')) return true;
  // Each search through the whole line costs as much as parsing a part of it.
  for (let at = line.indexOf(TYPE, TYPE.length); at > 0; at = line.indexOf(TYPE, at + TYPE.length)) {
    const from = at + TYPE.length;
    if (KINDS.has(line.slice(from, line.indexOf('"', from)))) return true;
  }
  return false;
}

/** Objects that have the form of entries. The text inside torn strings is searched, too. */
function entriesIn(line: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  let candidates = 0;
  for (let start = line.indexOf('{"'); start >= 0 && candidates < MAX_CANDIDATES; candidates++) {
    const end = endOfEntry(line, start);
    if (end !== undefined) found.push({ start, end });
    start = line.indexOf('{"', end ?? start + 1);
  }
  return found;
}

function endOfEntry(line: string, start: number): number | undefined {
  const end = isEntry(line.slice(start)) ? line.length : endOfObject(line, start);
  return end !== undefined && isEntry(line.slice(start, end)) ? end : undefined;
}

function isEntry(text: string): boolean {
  const entry = asRecord(parseJson(text));
  const type = asText(entry?.['type']);
  return type !== undefined && (type === 'session' || asText(entry?.['timestamp']) !== undefined);
}

/** The index after the brace that closes the object at `start`. */
function endOfObject(line: string, start: number): number | undefined {
  let depth = 0;
  let isText = false;
  for (let index = start; index < line.length; index++) {
    const sign = line[index];
    if (isText && sign === '\\') index += 1;
    else if (sign === '"') isText = !isText;
    else if (!isText && sign === '{') depth += 1;
    else if (!isText && sign === '}' && --depth === 0) return index + 1;
  }
  return undefined;
}
