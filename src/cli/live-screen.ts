// Draws lines on a terminal again and again until somebody leaves. Owns the terminal's modes, and gives them back however it ends.

import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadStream, WriteStream } from 'node:tty';
import { cut } from '../text/text.ts';
import type { TopLine } from './top-lines.ts';

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l'; // another screen, no cursor, and lines that end at the edge
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const REST_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';
const RESET = '\u001b[0m';
const LOOKS: Record<TopLine['look'], string> = { plain: '', heading: '\u001b[1m', alarm: '\u001b[1;33m' };
const [USUAL_ROWS, USUAL_COLUMNS] = [24, 80]; // of a terminal that does not know its size and calls it 0
const QUIT_KEYS = new Set(['q', 'Q', '\u0003', '\u0004']); // in raw mode Ctrl-C is a key

/** The bytes that make a screen of so many rows and columns show the lines, the first ones when there are too many. */
export function drawing(lines: readonly TopLine[], rows: number, columns: number): string {
  const isFull = lines.length > rows;
  const kept = isFull ? lines.slice(0, Math.max(0, rows - 1)) : lines;
  const hidden: TopLine[] = isFull ? [{ text: `… ${lines.length - kept.length} more lines`, look: 'heading' }] : [];
  const drawn = [...kept, ...hidden].map(({ text, look }) => `${LOOKS[look]}${cut(text, columns)}${RESET}${REST_OF_LINE}`);
  return `${HOME}${drawn.join('\r\n')}${REST_OF_SCREEN}`;
}

/** Shows what `look` tells every `everyMs` until a key or a signal ends it. */
export async function showLive(
  { stdin, stdout }: { stdin: ReadStream; stdout: WriteStream },
  everyMs: number,
  look: () => Promise<readonly TopLine[]>,
): Promise<void> {
  const left = new AbortController();
  const leave = (): void => left.abort();
  const onKey = (key: Buffer): void => {
    if (QUIT_KEYS.has(key.toString())) leave();
  };
  process.once('SIGINT', leave).once('SIGTERM', leave).once('SIGHUP', leave);
  stdin.setRawMode(true).on('data', onKey);
  stdout.write(ENTER);
  try {
    while (!left.signal.aborted) {
      const lines = await look();
      if (!left.signal.aborted) stdout.write(drawing(lines, stdout.rows || USUAL_ROWS, stdout.columns || USUAL_COLUMNS));
      await sleep(everyMs, undefined, { signal: left.signal }).catch(() => undefined); // left meanwhile
    }
  } finally {
    stdout.write(LEAVE);
    stdin.off('data', onKey).setRawMode(false).pause();
    process.off('SIGINT', leave).off('SIGTERM', leave).off('SIGHUP', leave);
  }
}
