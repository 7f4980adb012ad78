// Reads a secret from a file, at start and again when the server refuses the old one.

import { readRegularFile } from './regular-file.ts';

const MAX_BYTES = 16_384; // No token is longer; a wrong path may point to any file.

/** The trimmed content, or what is wrong with the file, without quoting it. */
export function readSecretFile(path: string): { readonly value: string } | { readonly wrong: string } {
  const read = readRegularFile(path, MAX_BYTES);
  if ('wrong' in read) return { wrong: `names ${read.wrong}` };
  const text = read.text.trim();
  if (text === '') return { wrong: `names a file that is empty (${path})` };
  return /^[\x21-\x7e]+$/.test(text) ? { value: text } : { wrong: `names a file with more in it than one token (${path})` };
}
