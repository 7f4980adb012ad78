// Owns one log file and its older copies. Does not know what the lines mean.

import { closeSync, constants, fstatSync, writeSync } from 'node:fs';
import { openPrivate } from './private-file.ts';
import { renameIfThere } from './rename-if-there.ts';

const MAX_BYTES = 10 * 1024 * 1024; // With the copies 40 MB at most, which no disk misses.
const COPIES = 3;

/** A stream for pino that never grows beyond its limits. */
export interface RotatingFile {
  /** Appends one line, synchronously, so that the last words before a crash are kept. A full disk loses lines, never the process. */
  write(line: string): void;
  close(): void;
}

/**
 * Opens (mode 0600, not through a link) and appends. When the next line would exceed `maxBytes` the file becomes `path.1`, that one
 * `path.2`, and so on; the oldest copy is dropped. Throws when the file cannot be opened.
 */
export function openRotatingFile(
  path: string,
  limits: { maxBytes: number; copies: number } = { maxBytes: MAX_BYTES, copies: COPIES },
): RotatingFile {
  let file = openAppending(path);
  let bytes = fstatSync(file).size;

  function rotate(): void {
    for (let copy = limits.copies; copy >= 1; copy -= 1) renameIfThere(copy === 1 ? path : `${path}.${copy - 1}`, `${path}.${copy}`);
    const next = openAppending(path);
    closeSync(file);
    file = next;
    bytes = fstatSync(file).size;
  }

  return {
    write(line) {
      const data = Buffer.from(line);
      try {
        if (bytes > 0 && bytes + data.length > limits.maxBytes) rotate();
        bytes += writeSync(file, data);
      } catch {
        // There is nowhere left to say that the log cannot be written; health reports the full disk.
      }
    },
    close: () => closeSync(file),
  };
}

function openAppending(path: string): number {
  return openPrivate(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
}
