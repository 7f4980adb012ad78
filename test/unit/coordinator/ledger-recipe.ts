// The published way to verify a ledger, written down a second time without any code of the program: what it accepts is intact.

import { createHash } from 'node:crypto';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

function canonical(value: Json, ascii: boolean): string {
  if (Array.isArray(value)) return '[' + value.map((item) => canonical(item, ascii)).join(',') + ']';
  if (value !== null && typeof value === 'object') {
    const keys = Object.keys(value).sort();
    return '{' + keys.map((key) => canonical(key, ascii) + ':' + canonical(value[key] ?? null, ascii)).join(',') + '}';
  }
  const text = JSON.stringify(value);
  if (!ascii) return text;
  let escaped = '';
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    escaped += code < 0x7f ? text[index] : '\\u' + code.toString(16).padStart(4, '0');
  }
  return escaped;
}

/** Every line of the text that the recipe refuses, from 1, with its reason. */
export function refusedLines(ledger: string): string[] {
  const refused: string[] = [];
  let previous = '0'.repeat(64);
  if (ledger !== '' && !ledger.endsWith('\n')) refused.push('the end: torn');
  for (const [index, line] of ledger
    .split('\n')
    .filter((text) => text !== '')
    .entries()) {
    const { hash, ...entry } = JSON.parse(line) as { [key: string]: Json };
    const link = entry['previous_hash'] ?? entry['prev_hash'];
    const sums = [true, false].map((ascii) => createHash('sha256').update(canonical(entry, ascii), 'utf8').digest('hex'));
    const isAnchored = index === 0 && link === entry['lineage_anchor'];
    if (!sums.includes(String(hash))) refused.push(`${index + 1}: hash`);
    if (link !== previous && !isAnchored) refused.push(`${index + 1}: link`);
    previous = String(hash);
  }
  return refused;
}
