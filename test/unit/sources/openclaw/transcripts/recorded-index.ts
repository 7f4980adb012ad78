import { readFileSync } from 'node:fs';
import { decodeIndexEntry, type IndexEntry } from '../../../../../src/sources/openclaw/decoding/index-entry.ts';

export const VERSIONS = ['2026.2.26', '2026.7.35'] as const;
export type Version = (typeof VERSIONS)[number];

/** The recorded sessions folder of a version, as it stood at the end of the recording. */
export function recordedFolder(version: Version): string {
  return new URL(`../../../../fixtures/openclaw-${version}/agents/main/sessions`, import.meta.url).pathname;
}

export function recordedIndex(version: Version): Map<string, IndexEntry> {
  const store: Record<string, unknown> = JSON.parse(readFileSync(`${recordedFolder(version)}/sessions.json`, 'utf8'));
  return new Map(
    Object.entries(store).map(([key, value]) => {
      const entry = decodeIndexEntry(key, value);
      if (entry === undefined) throw new Error(`${key} is no entry`);
      return [key, entry];
    }),
  );
}
