// Finds whole entries in a torn line: a crash cuts a line off in the middle, and the next writer goes on right after it. Pure.

import { asRecord, asText, parseJson } from '../../../core/json-guards.ts';
import { OBJECT, objectEnds } from './object-ends.ts';

const WELL_BEGUN = /^\{"type":"[a-z_]{1,40}",(?:"version":\d{1,4},)?"id":"[^"\\]{1,128}"/;
const KINDS: ReadonlySet<string> = new Set(
  'session|message|model_change|thinking_level_change|custom|custom_message|compaction|leaf|label|branch_summary|session_info'.split('|'),
);
const TYPE = '"type":"';
// Objects in one another that are all torn at their ends would be parsed again and again: characters that may be parsed.
const LEAST_EFFORT = 100_000;
const EFFORT_PER_CHAR = 4;
const FAILURE_EFFORT = 1_000; // an error costs as much as many characters

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

/** Objects that have the form of entries. The text inside torn strings is searched, too; an object that is whole and no entry has none in it. */
function entriesIn(line: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  const ends = objectEnds(line);
  let effort = LEAST_EFFORT + EFFORT_PER_CHAR * line.length;
  for (let start = line.indexOf(OBJECT); start >= 0 && effort > 0; ) {
    const end = ends[start] ?? 0;
    const parsed = end > 0 ? asRecord(parseJson(line.slice(start, end))) : undefined;
    if (parsed !== undefined && isEntry(parsed)) found.push({ start, end });
    if (end > 0) effort -= end - start + (parsed === undefined ? FAILURE_EFFORT : 0);
    start = line.indexOf(OBJECT, parsed === undefined ? start + 1 : end);
  }
  return found;
}

function isEntry({ type, timestamp }: Record<string, unknown>): boolean {
  return asText(type) !== undefined && (type === 'session' || asText(timestamp) !== undefined);
}
