// One pass over a text for all detectors: it finds every literal that any of them needs, in time linear in the text.

/** Where a literal was found. */
export interface Hit<T> {
  at: number;
  meaning: T;
}

/** A literal and its meaning for the detector that needs it. */
export interface Anchor<T> {
  literal: string;
  anyCase: boolean;
  meaning: T;
}

const BITS = 6;
const CODES = 1 << BITS;
const WINDOWS = 1 << (3 * BITS);
const OTHER = 0;
/** The characters of ASCII that literals are made of; each has a number of its own, so that most candidates are what is looked for. */
const CHARS = 'abcdefghijklmnopqrstuvwxyz0123456789_-./: =("\'<$|&?,+@>;`\\~)';
const TABLE_CHARS = 0x530; // Latin, Greek and Cyrillic: the scripts with large and small letters

/** Maps large letters to small ones. */
const LOWERED: Uint16Array = Uint16Array.from({ length: TABLE_CHARS }, (_, code) => {
  const lower = String.fromCharCode(code).toLowerCase();
  return lower.length === 1 ? lower.charCodeAt(0) : code;
});

/** Six bits a character: letters without case, digits, marks. */
const FOLDED: Uint8Array = Uint8Array.from(LOWERED, (code) => (code >= 128 ? code % CODES : CHARS.indexOf(String.fromCharCode(code)) + 1));

function fold(code: number): number {
  return code < TABLE_CHARS ? (FOLDED[code] ?? OTHER) : code % CODES;
}

/** An anchor as the search needs it. */
interface Wanted<T> {
  codes: Uint16Array;
  anyCase: boolean;
  meaning: T;
}

/**
 * A finder of all literals at once. Three characters at a time choose a short list of candidates, mostly an empty one, and the fourth
 * rules out most of the others, so that ordinary text costs a few nanoseconds a character. Literals need two characters or more.
 */
export function createScanner<T>(anchors: readonly Anchor<T>[]): (text: string, found: (at: number, meaning: T) => void) => void {
  const { lists, listOf } = candidateLists(anchors);
  const mayFollow = fourthCharacters(lists);
  return (text, found) => {
    const { length } = text;
    let window = 0;
    for (let end = 0; end < length + 2; end++) {
      window = ((window << BITS) | (end < length ? fold(text.charCodeAt(end)) : OTHER)) & (WINDOWS - 1);
      const list = listOf[window] ?? 0;
      if (list === 0 || end < 2) continue;
      const fourth = end + 1 < length ? fold(text.charCodeAt(end + 1)) : OTHER;
      if (mayFollow[list * CODES + fourth] === 1) tryAll(lists[list] ?? [], text, end - 2, found);
    }
  };
}

function tryAll<T>(list: readonly Wanted<T>[], text: string, at: number, found: (at: number, meaning: T) => void): void {
  for (const wanted of list) if (isAt(text, at, wanted)) found(at, wanted.meaning);
}

/**
 * The candidates of every three characters: the number of a list, and the lists. A literal of two characters is a candidate whatever the
 * third is, so those come first, and their windows share a list as long as no longer literal needs one of them.
 */
function candidateLists<T>(anchors: readonly Anchor<T>[]): { lists: Wanted<T>[][]; listOf: Uint16Array } {
  const lists: Wanted<T>[][] = [[]];
  const listOf = new Uint16Array(WINDOWS);
  const isShort = ({ literal }: Anchor<T>): boolean => literal.length < 3;
  for (const anchor of anchors.filter(isShort)) {
    const first = windowOf(anchor.literal);
    if (listOf[first] === 0) listOf.fill(lists.push([]) - 1, first, first + CODES);
    lists[listOf[first] ?? 0]?.push(wantedOf(anchor));
  }
  const shared = lists.length;
  for (const anchor of anchors.filter((other) => !isShort(other))) {
    const window = windowOf(anchor.literal);
    const list = listOf[window] ?? 0;
    if (list < shared) listOf[window] = lists.push([...(lists[list] ?? []), wantedOf(anchor)]) - 1;
    else lists[list]?.push(wantedOf(anchor));
  }
  return { lists, listOf };
}

function wantedOf<T>({ literal, anyCase, meaning }: Anchor<T>): Wanted<T> {
  return { codes: Uint16Array.from({ length: literal.length }, (_, at) => literal.charCodeAt(at)), anyCase, meaning };
}

/** The window in which a literal begins, or the first of those in which one of two characters does. */
function windowOf(literal: string): number {
  const third = literal.length > 2 ? fold(literal.charCodeAt(2)) : OTHER;
  return (fold(literal.charCodeAt(0)) << (2 * BITS)) | (fold(literal.charCodeAt(1)) << BITS) | third;
}

/** For each list 64 flags: whether that character may be the fourth of a candidate. */
function fourthCharacters(lists: readonly (readonly Wanted<unknown>[])[]): Uint8Array {
  const mayFollow = new Uint8Array(lists.length * CODES);
  for (const [list, candidates] of lists.entries()) {
    for (const { codes } of candidates) {
      const fourth = codes[3];
      if (fourth === undefined) mayFollow.fill(1, list * CODES, (list + 1) * CODES);
      else mayFollow[list * CODES + fold(fourth)] = 1;
    }
  }
  return mayFollow;
}

/** Compares the last character first: most candidates differ there. */
function isAt<T>(text: string, at: number, { codes, anyCase }: Wanted<T>): boolean {
  if (at + codes.length > text.length) return false;
  for (let index = codes.length - 1; index >= 0; index--) {
    const code = text.charCodeAt(at + index);
    if (code !== codes[index] && (!anyCase || code >= TABLE_CHARS || LOWERED[code] !== codes[index])) return false;
  }
  return true;
}
