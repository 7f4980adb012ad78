// The notation for shapes of keys: `ghp_{A36}`, `sk_(live|test)_{A24..99}`.

/**
 * What the beginning proves: with `any` every body is a key, with `exact` only one of the full length; otherwise the body must look random.
 */
export type Proof = 'any' | 'exact' | 'random';

/** One line of a table of shapes. */
export type ShapeRow = readonly [name: string, template: string, source: string, proof?: Proof];

/** The characters that one place of a key may have. */
export type CharClass = 'A' | 'B' | 'D' | 'H' | 'L' | 'T' | 'U' | 'W' | 'X' | 'Z' | 'a' | 'C' | 'S';

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const ALNUM = UPPER + LOWER + DIGITS;

/** The characters of each class; the names are those that public lists of formats use. */
export const CLASS_CHARS: Readonly<Record<CharClass, string>> = {
  A: ALNUM,
  B: `${ALNUM}+/`,
  C: '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz', // base58
  D: DIGITS,
  H: `${DIGITS}abcdef`,
  L: LOWER + DIGITS,
  S: `${ALNUM}./$,=+`, // hashes of passwords, in crypt's alphabet
  T: `${UPPER}234567`, // base32
  U: UPPER + DIGITS,
  W: `${ALNUM}_-`,
  X: `${DIGITS}abcdefABCDEF`,
  Z: UPPER + LOWER,
  a: LOWER,
};

/** A fixed piece of a key, or `min` to `max` characters of a class. */
export type Segment = { kind: 'literal'; text: string } | { kind: 'run'; chars: CharClass; min: number; max: number };

const UUID = '{H8}-{H4}-{H4}-{H4}-{H12}';
const TOKEN = /\{([A-Za-z])(\d+)(?:\.\.(\d+))?\}/g;

/** Every way to read a template: its alternatives `(a|b)` taken out, its runs counted. */
export function parseTemplate(template: string): Segment[][] {
  return alternatives(template.replaceAll('{uuid}', UUID)).map(segmentsOf);
}

function alternatives(template: string): string[] {
  const group = /\(([^()]*\|[^()]*)\)/.exec(template);
  if (group?.[1] === undefined) return [template];
  const [before, after] = [template.slice(0, group.index), template.slice(group.index + group[0].length)];
  return group[1].split('|').flatMap((choice) => alternatives(before + choice + after));
}

function segmentsOf(template: string): Segment[] {
  const segments: Segment[] = [];
  let from = 0;
  for (const match of template.matchAll(TOKEN)) {
    if (match.index > from) segments.push({ kind: 'literal', text: template.slice(from, match.index) });
    const min = Number(match[2]);
    segments.push({ kind: 'run', chars: classOf(match[1]), min, max: match[3] === undefined ? min : Number(match[3]) });
    from = match.index + match[0].length;
  }
  if (from < template.length) segments.push({ kind: 'literal', text: template.slice(from) });
  return segments;
}

function classOf(letter: string | undefined): CharClass {
  if (letter !== undefined && isClass(letter)) return letter;
  throw new Error(`A template names the class ${letter}, which does not exist.`);
}

function isClass(letter: string): letter is CharClass {
  return letter in CLASS_CHARS;
}
