// Finds where the objects in a line of JSON end that may be torn anywhere, so that nobody knows what is text and what is not. Pure.

/** What each object with a member begins with. */
export const OBJECT = '{"';

const MAX_READINGS = 4; // what one takes for text is none for the next; a third differs by backslashes alone
const NO_END = -1;

/**
 * For each index of the line the index after the brace that closes the object which begins there; no positive number where none begins that
 * ends. Takes time and memory in proportion to the line, however it is made.
 */
export function objectEnds(line: string): Int32Array {
  const ends = new Int32Array(line.length);
  let readings = 0;
  for (let start = line.indexOf(OBJECT); start >= 0 && readings < MAX_READINGS; start = line.indexOf(OBJECT, start + 1)) {
    if (ends[start] !== 0) continue;
    readFrom(line, start, ends);
    readings += 1;
  }
  return ends;
}

/** Reads on from there as if it stood outside of all texts. */
function readFrom(line: string, start: number, ends: Int32Array): void {
  const open: number[] = [];
  let isText = false;
  for (let index = start; index < line.length; index++) {
    const sign = line.charCodeAt(index);
    if (sign === QUOTE) isText = !isText;
    else if (isText && sign === BACKSLASH) index += 1;
    else if (!isText && sign === OPENS) {
      open.push(index);
      ends[index] = NO_END;
    } else if (!isText && sign === CLOSES) {
      const opened = open.pop();
      if (opened !== undefined) ends[opened] = index + 1;
    }
  }
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPENS = 123;
const CLOSES = 125;
