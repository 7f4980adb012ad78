// Tells in a nanosecond whether a character belongs to a set, which every detector needs for every character.

/** A set of characters of ASCII, by code. */
export type CharTable = Uint8Array;

const ASCII_CODES = 128;

/** The set of the characters of a text. */
export function charTable(chars: string): CharTable {
  const table = new Uint8Array(ASCII_CODES);
  for (const char of chars) table[char.charCodeAt(0)] = 1;
  return table;
}

/** Whether the character at a place belongs to a set; false before the beginning and after the end. */
export function isIn(table: CharTable, text: string, at: number): boolean {
  if (at < 0 || at >= text.length) return false; // a read beyond an end is slow
  const code = text.charCodeAt(at);
  return code < ASCII_CODES && table[code] === 1;
}

/** The first place from `start` whose character does not belong to a set, `limit` at most. */
export function runEnd(table: CharTable, text: string, start: number, limit: number): number {
  let end = start;
  while (end < limit && isIn(table, text, end)) end++;
  return end;
}

/** The first place of the run of characters of a set that ends at `end`, `limit` at least. */
export function runStart(table: CharTable, text: string, end: number, limit: number): number {
  let start = end;
  while (start > limit && isIn(table, text, start - 1)) start--;
  return start;
}
