import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/text/redact.ts';
import { longestLeak } from './corpus.ts';

const redact = createRedactor([]);
const read = (file: string) => readFileSync(new URL(`../../fixtures/secrets/${file}`, import.meta.url), 'utf8');
const FORMS = JSON.parse(read('forms.json')) as Record<'masked' | 'maskedWithAPlainWord', string[]>;
const PLAIN_WORD = 'quietmeadow';
const SECRETS = ['q8Zr2LmV7tYc4WnB1sKd9pXe', 'Tr0ub4dor-x9Kq', 'k#9Lw!pQ2zT'];
const HARMLESS_PIECE = 5;

describe('a form in which models write secrets', () => {
  it.each(FORMS.masked)('hides random words and passwords: %j', (form) => {
    for (const secret of SECRETS) expectHidden(form, secret);
  });

  it.each(FORMS.maskedWithAPlainWord)('hides a plain word, too: %j', (form) => {
    for (const secret of [...SECRETS, PLAIN_WORD]) expectHidden(form, secret);
  });
});

describe('a form that looks like one and holds no secret', () => {
  it.each(read('ordinary-forms.txt').trim().split('\n'))('stays as it is: %j', (line) => {
    expect(redact(line)).toBe(line);
  });
});

function expectHidden(form: string, secret: string): void {
  const output = redact(form.replaceAll('{}', () => secret));
  expect(longestLeak(secret, output), output).toBeLessThanOrEqual(HARMLESS_PIECE);
}
