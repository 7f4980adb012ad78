import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/text/redact.ts';
import { createDice, longestLeak } from './corpus.ts';
import { secretOf } from './generator.ts';

const redact = createRedactor([]);

interface Found {
  kind?: string;
  input?: string;
  example?: string;
  template?: string;
}

function casesOf(file: string): Found[] {
  const path = new URL(`../../fixtures/secrets/${file}.json`, import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { cases: Found[] }).cases;
}

/** The strings that stand for secrets in the texts that were written by hand. */
const SECRETS = [
  'Tr0ub4dor-x9Kq',
  'quietmeadow',
  'q8Zr2LmV7tYc4WnB1sKd9pXe',
  'q8Zr2LmV7tYc4WnB1sKd9p',
  '9f86d081884c7d659a2feaa0c55ad015',
  '3f2b8c1e-9a4d-4e77-b1c2-5d6e7f8a9b0c',
  '493021',
  'abcd-efgh-1234',
  '1234 5678',
  'q8Zr 2LmV 7tYc 4WnB 1sKd 9pXe',
  'SUANQDPB2RUOE4ETUA26CNX7FUKE5ZZKFCQIIW63OX225F2CO7UEXTM7ZY',
  'LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVk',
  'cThacjJMbVY3dFljNFduQjFzS2Q5cFhlMTIzNDU2Nzg',
  'YWRtaW46VHIwdWI0ZG9yLXg5S3E',
  'RWRTY0Iyq8Zr2LmV7tYc4WnB1sKd9pXe',
  'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ',
  '6768705f71385a72324c6d563774596334576e4231734b643970586571385a72324c6d5637745963',
  'Z2hwX3E4WnIyTG1WN3RZYzRXbkIxc0tkOXBYZXE4WnIyTG1WN3RZYw',
];
/** Numbers of banks and people are no credentials of a program; their shapes are those of ordinary numbers. */
const DEBATABLE = new Set(['iban', 'ssn']);
const HARMLESS_PIECE = 6;

describe.each(['secret-prose', 'secret-commands-and-files'])('%s: nothing is left of the secret', (file) => {
  it.each(casesOf(file).filter(({ kind }) => !DEBATABLE.has(kind ?? '')))('$kind $input', ({ input = '' }) => {
    const present = SECRETS.filter((secret) => input.includes(secret));
    expect(present).not.toEqual([]);
    const output = redact(input);
    for (const secret of present) expect(longestLeak(secret, output), output).toBeLessThan(Math.min(HARMLESS_PIECE, secret.length) + 1);
  });
});

describe('secret-names: the value beside the name is masked', () => {
  it.each(casesOf('secret-names'))('$kind', ({ example = '' }) => {
    const words = example.match(/[A-Za-z0-9+/_.:-]{16,}={0,2}/g) ?? [];
    const value = words.toSorted((one, other) => other.length - one.length)[0] ?? '';
    expect(value.length, example).toBeGreaterThan(16);
    expect(longestLeak(value.replace(/^[a-z]+_[a-z]+_/, ''), redact(example)), redact(example)).toBeLessThanOrEqual(HARMLESS_PIECE);
  });
});

describe('secret-shapes: no piece of the key is left', () => {
  const PLACES: readonly [string, (key: string) => string][] = [
    ['alone', (key) => key],
    ['in a sentence', (key) => `I found ${key} in the file and use it.`],
    ['in an error', (key) => `Error: 401 Unauthorized for ${key}`],
    ['cut off', (key) => `${key.slice(0, Math.ceil(key.length * 0.6))}…`],
    ['over two lines', (key) => `${key.slice(0, Math.ceil(key.length / 2))}\n${key.slice(Math.ceil(key.length / 2))}`],
  ];
  /** Cut off before what tells them from any other number or word. */
  const CUT_OFF_UNKNOWN = new Set([
    'mailgun-new',
    'mandrill',
    'asana',
    'ngrok',
    'gitleaks:octopus-deploy-api-key',
    'gitleaks:1password-secret-key',
  ]);

  it.each(casesOf('secret-shapes').map((found) => ({ ...found, kind: found.kind ?? '' })))('$kind', ({ kind, template, example }) => {
    const dice = createDice(kind.length * 31 + 5);
    for (let round = 0; round < 8; round++) {
      const key = template === undefined ? (example ?? '') : secretOf(template, dice);
      const secret = withoutPrefix(key, template ?? example ?? '');
      for (const [name, place] of PLACES) {
        if (name === 'cut off' && CUT_OFF_UNKNOWN.has(kind)) continue;
        const output = redact(place(key));
        expect(longestLeak(secret, output), `${name}: ${place(key)} → ${output}`).toBeLessThanOrEqual(HARMLESS_PIECE);
      }
    }
  });

  function withoutPrefix(key: string, template: string): string {
    const fixed = /^[^{]*/.exec(template)?.[0] ?? '';
    return template.includes('{') && fixed.length > 0 ? key.slice(fixed.length) : key.slice(4);
  }
});

describe('transcript lines that were found', () => {
  const linesOf = (file: string) => readFileSync(new URL(`../../fixtures/secrets/${file}.json`, import.meta.url), 'utf8');

  it('keep nothing of a password in a command or a sentence, in whatever form', () => {
    const strings = stringsIn(JSON.parse(linesOf('passwords-in-commands')) as unknown).filter((text) => text.includes('Winter-7morrow!'));
    expect(strings.length).toBeGreaterThanOrEqual(6);
    for (const text of strings.filter((each) => !each.startsWith('Winter'))) expect(redact(text), text).not.toContain('morrow');
  });

  it('keep a command whole that only refers to a secret', () => {
    const commands = stringsIn(JSON.parse(linesOf('command-with-substitution')) as unknown).filter(
      (text) => text.includes("APP_TOKEN=' /") || text.includes("APP_TOKEN=' ."),
    );
    expect(commands.length).toBe(2);
    for (const command of commands) expect(redact(command)).toBe(command);
  });
});

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}
