// Splits bytes into lines, at the byte `\n` only: U+2028 and U+2029 are ordinary characters inside JSON. Pure.

/** One complete line. `end` is the distance from the buffer's start to the byte after the line's newline. */
export interface SplitLine {
  text: string;
  end: number;
  /** Only with `everyLine`: the line was too long, and its text was dropped. */
  isTooLong?: true;
}

/** How bytes become lines. Without `everyLine`, blank lines are left out. */
export interface Framing {
  maxLineBytes: number;
  /** Every newline ends one line, even a blank or too long one, or one of NUL bytes: for files whose lines are numbered. */
  everyLine?: boolean | undefined;
}

export interface Split {
  lines: SplitLine[];
  /** Bytes that need not be read again. */
  consumed: number;
  /** There may be more lines: it stopped at `most` of them. */
  isPart: boolean;
  /** The bytes end inside a line that is too long: everything up to the next newline is dropped. */
  skipping: boolean;
  longLines: number;
  nulBlocks: number;
}

export const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Splits `bytes` into complete lines, `most` of them; a last line without newline is left for later. `skipping`: the bytes begin inside a
 * dropped line.
 * Lines over `maxLineBytes` are counted and dropped. Runs of NUL bytes (left behind by a crash of the machine) are counted and cut out;
 * what stands before and after them becomes separate lines. UTF-8 is decoded per line, so no character is ever cut.
 */
export function splitLines(bytes: Buffer, { maxLineBytes, everyLine = false }: Framing, skipping: boolean, most = Infinity): Split {
  const split: Split = { lines: [], consumed: 0, isPart: false, skipping, longLines: 0, nulBlocks: 0 };
  for (let newline = bytes.indexOf(NEWLINE); newline >= 0; newline = bytes.indexOf(NEWLINE, split.consumed)) {
    if (split.lines.length >= most) return { ...split, isPart: true };
    const line = bytes.subarray(split.consumed, newline);
    split.consumed = newline + 1;
    const isTooLong = split.skipping || line.length > maxLineBytes;
    if (isTooLong && !split.skipping) split.longLines += 1;
    split.skipping = false;
    if (everyLine) split.lines.push(isTooLong ? { text: '', end: split.consumed, isTooLong } : asItStands(line, split.consumed));
    else if (!isTooLong) addLine(split, line);
  }
  const rest = bytes.length - split.consumed;
  if (split.skipping || rest > maxLineBytes) {
    if (!split.skipping) split.longLines += 1;
    split.skipping = true;
    split.consumed = bytes.length;
  }
  return split;
}

function asItStands(line: Buffer, end: number): SplitLine {
  return { text: line.toString('utf8'), end };
}

function addLine(split: Split, line: Buffer): void {
  const bytes = line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
  const text = bytes.toString('utf8');
  if (!bytes.includes(0)) {
    if (text.trim() !== '') split.lines.push({ text, end: split.consumed });
    return;
  }
  for (const piece of text.split(/\0+/)) if (piece.trim() !== '') split.lines.push({ text: piece, end: split.consumed });
  split.nulBlocks += text.match(/\0+/g)?.length ?? 0;
}
