// Reads the file of PRICES_FILE: what tokens of each model cost.

import { asRecord, isRecord, parseJson } from '../core/json-guards.ts';
import { PRICE_PARTS, type Price, type Prices } from '../core/price.ts';
import { readRegularFile } from './regular-file.ts';

const MAX_BYTES = 1_048_576; // thousands of models fit

/** The prices, or what is wrong with the file. That text completes "PRICES_FILE …" and does not quote the file. */
export function readPricesFile(path: string): { readonly value: Prices } | { readonly wrong: string } {
  const read = readRegularFile(path, MAX_BYTES);
  if ('wrong' in read) return { wrong: `names ${read.wrong}` };
  const table = asRecord(parseJson(read.text));
  if (table === undefined) return { wrong: `names a file that is not a JSON object (${path})` };
  const entries = Object.entries(table);
  const bad = entries.findIndex(([, value]) => !isPrice(value));
  if (bad >= 0) return { wrong: `names a file whose entry ${bad + 1} does not have the numbers ${PRICE_PARTS.join(', ')} (${path})` };
  return { value: Object.fromEntries(entries.filter((entry): entry is [string, Price] => isPrice(entry[1]))) };
}

function isPrice(value: unknown): value is Price {
  return (
    isRecord(value) && PRICE_PARTS.every((part) => typeof value[part] === 'number' && Number.isFinite(value[part]) && value[part] >= 0)
  );
}
