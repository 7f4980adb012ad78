// Reads a file that a variable names. The path may be wrong, so nothing at that path may block the start.

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { errorCode, errorText } from '../core/error-code.ts';

/** The text, or what is wrong with the file. That text completes "names …" and does not quote the file. */
export type FileText = { readonly text: string } | { readonly wrong: string };

/**
 * Reads a regular file of at most `maxBytes`. Opens it without blocking, so that a FIFO cannot block the start, and reads at most one byte
 * too many, so that a huge file cannot fill the memory. Follows links, because mounted secrets are links.
 */
export function readRegularFile(path: string, maxBytes: number): FileText {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return fstatSync(file).isFile() ? textOf(file, path, maxBytes) : notRegular(path);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    // A socket, or a device without a driver, cannot even be opened.
    if (errorCode(error) === 'ENXIO') return notRegular(path);
    return { wrong: `a file that cannot be read (${errorText(error)})` };
  }
}

function notRegular(path: string): FileText {
  return { wrong: `a file that is not a regular one but a FIFO, a folder or a device (${path})` };
}

function textOf(file: number, path: string, maxBytes: number): FileText {
  const bytes = Buffer.alloc(maxBytes + 1);
  let length = 0;
  for (let read = 1; read > 0 && length < bytes.length; length += read) read = readSync(file, bytes, length, bytes.length - length, null);
  return length > maxBytes ? { wrong: `a file of more than ${maxBytes} bytes (${path})` } : { text: bytes.toString('utf8', 0, length) };
}
