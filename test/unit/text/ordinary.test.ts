import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/text/redact.ts';
import { createDice } from './corpus.ts';
import { ordinaryLines } from './ordinary.ts';
import { TRANSLATIONS } from './translations.ts';

const redact = createRedactor(['a-configured-token-0123456789']);
const ROOT = new URL('../../..', import.meta.url).pathname;
const MAX_TOUCHED = 0.002;

/** Lines of real files of this repository. Those about redaction are full of what looks like secrets. */
function linesOf(folder: string, ending: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => ending.test(path) && !/redact|secrets|^text/.test(path))
    .map((path) => join(ROOT, folder, path))
    .filter((path) => statSync(path).isFile())
    .flatMap((path) => readFileSync(path, 'utf8').split('\n'))
    .filter((line) => line !== '' && line.length < 10_000);
}

/** Recorded requests carry the recorder's header, which is a secret by its place. */
const withoutHeader = (line: string) => line.replace(/"authorization":"[^"]*",?/gi, '');

const SETS: readonly (readonly [name: string, least: number, lines: () => string[]])[] = [
  ['lines of tools', 10_000, () => ordinaryLines(10_000, 5)],
  ['lines of tools, other numbers', 10_000, () => ordinaryLines(10_000, 77)],
  ['source code', 15_000, () => linesOf('src', /\.ts$/)],
  ['tests', 15_000, () => linesOf('test/unit', /\.ts$/)],
  ['documents', 500, () => [...linesOf('docs', /\.md$/), ...readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n')]],
  ['the lock file', 3_000, () => readFileSync(join(ROOT, 'package-lock.json'), 'utf8').split('\n')],
  ['recorded transcripts and frames', 5_000, () => linesOf('test/fixtures', /\.(?:nd)?jsonl?$/).map(withoutHeader)],
  ['translations', 300, () => [...TRANSLATIONS]],
];

describe('ordinary text', () => {
  it.each(SETS)('is left alone, all but 0.2 %% of it: %s', (name, least, read) => {
    const lines = read();
    expect(lines.length).toBeGreaterThanOrEqual(least);
    const touched = lines.filter((line) => redact(line) !== line);
    process.stdout.write(
      `Redaction of ordinary text, ${name}: ${touched.length} of ${lines.length} lines touched (${((100 * touched.length) / lines.length).toFixed(3)} %)\n`,
    );
    expect(
      touched.length / lines.length,
      [...new Set(touched)]
        .slice(0, 40)
        .map((line) => redact(line))
        .join('\n'),
    ).toBeLessThanOrEqual(MAX_TOUCHED);
  });

  it('is left alone in whole listings, line breaks included', () => {
    const lines = ordinaryLines(10_000, 6).filter((line) => redact(line) === line);
    let touched = 0;
    for (let from = 0; from < lines.length; from += 20) {
      const listing = lines.slice(from, from + 20).join('\n');
      if (redact(listing) !== listing) touched++;
    }
    expect(touched).toBeLessThanOrEqual(2);
  });

  it('never takes a commit hash, a UUID or an id of Mattermost for a secret', () => {
    const dice = createDice(9);
    const hex = '0123456789abcdef';
    for (let round = 0; round < 2_000; round++) {
      const sha = dice.pick(hex, 40);
      const uuid = [8, 4, 4, 4, 12].map((length) => dice.pick(hex, length)).join('-');
      const id = dice.pick('abcdefghijklmnopqrstuvwxyz0123456789', 26);
      const text = `commit ${sha}\ngit show ${sha.slice(0, 7)}:a.ts\nsession ${uuid}\nrollout-2026-11-26T23-00-08-${uuid}.jsonl\nchannel ${id}, post ${id}\n"sha": "${sha}", "id": "${id}"`;
      expect(redact(text)).toBe(text);
    }
  });

  it('comes back as the same string, invisible characters included, when nothing is masked', () => {
    const text = 'caf\u00e9 \u200b \u001b[31mred\u001b[0m \u202e done';
    expect(redact(text)).toBe(text);
  });
});
