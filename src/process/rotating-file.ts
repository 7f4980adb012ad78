// Writes one log file and keeps its older copies.

import { closeSync, constants, fstatSync, writeSync } from 'node:fs';
import { openPrivate } from './private-file.ts';
import { renameIfThere } from './rename-if-there.ts';

const MAX_BYTES = 10 * 1024 * 1024; // With the copies at most 40 MB, which every disk has.
const COPIES = 3;

/** A stream for pino that never grows beyond its limits. */
export interface RotatingFile {
  /** Appends one line synchronously, so that the last lines before a crash are kept. A full disk loses lines, but never stops the process. */
  write(line: string): void;
  close(): void;
}

/**
 * Opens the file (mode 0600, not through a link) and appends. Before a line would exceed `maxBytes`, the file becomes `path.1`, that copy
 * `path.2`, and so on; the oldest copy is deleted. Throws when the file cannot be opened.
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
        // There is no place left to report that the log cannot be written; health reports the full disk.
      }
    },
    close: () => closeSync(file),
  };
}

function openAppending(path: string): number {
  return openPrivate(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
}
