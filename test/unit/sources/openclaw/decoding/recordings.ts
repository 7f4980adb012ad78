import { readdirSync, readFileSync } from 'node:fs';

export const VERSIONS = ['2026.2.26', '2026.7.35'];

const FIXTURES = new URL('../../../../fixtures/', import.meta.url);

/** Every recorded transcript of a version, renamed ones included; the trace files beside them are none. */
export function recordings(version: string): { name: string; lines: string[] }[] {
  const folder = new URL(`openclaw-${version}/agents/main/sessions/`, FIXTURES);
  return readdirSync(folder)
    .filter((name) => name.includes('.jsonl') && !name.includes('.trajectory'))
    .map((name) => ({
      name,
      lines: readFileSync(new URL(name, folder), 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    }));
}
