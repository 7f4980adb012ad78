// Reads the file of TOOL_LABELS_FILE, for the check at the start and for the boxes.

import { isRecord, parseJson } from '../core/json-guards.ts';
import { readRegularFile } from './regular-file.ts';

const MAX_BYTES = 1_048_576; // Thousands of labels fit.

/** A JSON object, or what is wrong with the file. That text completes "TOOL_LABELS_FILE …" and does not quote the file. */
export function readLabelsFile(path: string): { readonly value: object } | { readonly wrong: string } {
  const read = readRegularFile(path, MAX_BYTES);
  if ('wrong' in read) return { wrong: `names ${read.wrong}` };
  // Without the parser's message: it quotes the file, and a wrong path may lead to a secret.
  const value = parseJson(read.text);
  if (isRecord(value)) return { value };
  return { wrong: `names a file that is not a JSON object (${path})` };
}
