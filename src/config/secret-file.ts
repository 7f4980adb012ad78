// Reads a secret from a file, at start and again when the server refuses the old one.

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { errorText } from '../core/error-code.ts';

const MAX_BYTES = 16_384; // No token is longer; a wrong path may point at anything.

/** The trimmed content, or what is wrong with the file in words that do not quote it. */
export function readSecretFile(path: string): { readonly value: string } | { readonly wrong: string } {
  try {
    const text = readRegularFile(path).trim();
    if (text === '') return { wrong: `names a file that is empty (${path})` };
    return /^[\x21-\x7e]+$/.test(text) ? { value: text } : { wrong: `names a file with more in it than one token (${path})` };
  } catch (error) {
    return { wrong: `names a file that cannot be read (${errorText(error)})` };
  }
}

// Opened without blocking, so that a FIFO cannot hold up the start. Links are followed: mounted secrets are links.
function readRegularFile(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(file).isFile()) throw new Error(`not a regular file: ${path}`);
    const bytes = Buffer.alloc(MAX_BYTES);
    return bytes.toString('utf8', 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}
