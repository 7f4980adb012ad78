// Shortens a text of several lines at the end of a line, and says how much is missing: half a command can mean the opposite of the whole.

import { countCodePoints, cut } from './text.ts';

/** The first lines that have at most `max` code points together. Only of a first line that is longer, a part is left. */
export function wholeLines(text: string, max: number): string {
  if (countCodePoints(text) <= max) return text;
  const lines = text.split('\n');
  const shown = linesThatFit(lines, max);
  const missing = lines.length - shown;
  if (shown > 0) return [...lines.slice(0, shown), `… ${missing} more ${missing === 1 ? 'line' : 'lines'}`].join('\n');
  const [first = ''] = lines;
  const more = countCodePoints(text) - max;
  return `${cut(first, max)}\n… ${more} more characters`;
}

function linesThatFit(lines: readonly string[], max: number): number {
  let used = 0;
  const over = lines.findIndex((line) => {
    used += countCodePoints(line) + 1;
    return used > max;
  });
  return over === -1 ? lines.length : over;
}
