// What a text of the files may become: without tokens, one line, cut; ids of characters that a key may have.

import { expect, it } from 'vitest';
import { createWords } from '../../../../src/sources/network-ai/words.ts';

const words = createWords((text) => text.replaceAll('hunter2', '[redacted]'));
const TOKEN = 'grant_f22cac65bacd4547b0f54066bed183dd';

it('a grant token is six characters of its hash, wherever it stands, and the same ones each time', () => {
  const mark = words.mark(TOKEN);
  expect(mark).toMatch(/^#[0-9a-f]{6}$/);
  expect(words.name(TOKEN)).toBe(mark);
  expect(words.sentence(`use ${TOKEN}, or x${TOKEN.toUpperCase()}`)).not.toMatch(/f22cac65/i);
  expect(words.id(TOKEN)).toMatch(/^id-[0-9a-f]{24}$/);
});

it('a token of another form is masked from when it was seen as one', () => {
  const mark = words.mark('s3cr3t-of-another-form');
  expect(words.sentence('take s3cr3t-of-another-form now')).toBe(`take ${mark} now`);
});

it('a short word is never taken for a token', () => {
  words.mark('task');
  expect(words.sentence('the task of today')).toBe('the task of today');
});

it('signatures and what the redactor knows are masked, before anything is cut', () => {
  expect(words.sentence(`signed ${'ab'.repeat(32)} by hunter2`)).toBe('signed [redacted] by [redacted]');
  expect(words.sentence(`${'x'.repeat(195)} ${TOKEN}`)).not.toContain('grant_');
});

it('a name is one short line, and nothing else is a name', () => {
  expect(words.name('a\nb\u202e c')).toBe('a b c');
  expect(words.name('n'.repeat(500))).toHaveLength(60);
  for (const value of ['', 7, null, {}, undefined]) expect(words.name(value)).toBeUndefined();
});

it('an id is itself, or the same hash for the same text', () => {
  expect(words.id('task_001')).toBe('task_001');
  expect(words.id('a b')).toMatch(/^id-/);
  expect(words.id('a b')).toBe(words.id('a b'));
  expect(words.id('__proto__')).toMatch(/^id-/);
});
