// Reads the version of this package.

import { readFileSync } from 'node:fs';
import { asRecord, asText } from '../core/json-guards.ts';

/** The version in `package.json`, two folders above this file both in `src` and in `dist`. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return asText(asRecord(manifest)?.['version']) ?? 'unknown';
}
