import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeSpan, plainText, prose } from '../../../src/core/neutralise.ts';
import { cut } from '../../../src/core/text.ts';
import { hostileText } from './hostile.ts';
import { codeTexts, harmsOf } from './judge.ts';

describe('the judge', () => {
  it.each([
    '@all',
    'a @name. b',
    'see https://a.example',
    'www.a.example',
    '~town-square',
    '#tag',
    ':smile:',
    '[a](http://b.example)',
    '![a](b)',
    '<b>',
    '```\nx',
    '# h',
    '> q',
    '- a',
    '1. a',
    '---',
    '    code',
    'a\n===',
    '&#64;all',
    '`a` @all',
    '``a` @all',
    '[a]: http://b.example',
    'a\u202eb',
    'a@b.example',
    '\ud800',
    '**a**',
    '$x$',
  ])('sees the harm in %j', (markdown) => {
    expect(harmsOf(markdown)).not.toEqual([]);
  });

  it.each(['plain text (ok), 3.5 %', '`@all https://a.example` [OK]', '`` a`b `` …', '[ACTIVE] main | 38s\nReading…'])(
    'finds none in %j',
    (markdown) => {
      expect(harmsOf(markdown)).toEqual([]);
    },
  );
});

describe('prose', () => {
  it.each([
    ['Reading live-status source code...', 'Reading live-status source code...'],
    ['Plan ready. Awaiting approval.', 'Plan ready. Awaiting approval.'],
    ["I don't know (yet), e.g. 3.5% of 1,000 and/or 10:30!", "I don't know (yet), e.g. 3.5% of 1,000 and/or 10:30!"],
    ['Now src/core/a.ts, then b.', 'Now `src/core/a.ts`, then b.'],
    ['Ask @all at https://a.example/x.', 'Ask `@all` at `https://a.example/x`.'],
    ['Run `npm test` now', 'Run `npm test` now'],
    ['It is in `notes.md`: all of `it`.', 'It is in `notes.md`: all of `it`.'],
    ['**Done.** All tests pass', 'Done. All tests pass'],
    ['## Summary', 'Summary'],
    ['- first point', 'first point'],
    ['2. second point', '(2) second point'],
    ['[DONE] 28s', '`[DONE]` 28s'],
    ['a `` b', 'a `` ` `` b'],
    ['日本語のテキスト。🎉 שלום', '日本語のテキスト。🎉 שלום'],
    ['', ''],
    ['\u200b \n ', ''],
  ])('shows %j as %j', (text, expected) => {
    expect(prose(text)).toBe(expected);
  });
});

describe('codeSpan', () => {
  it.each([
    ['ls -la | grep "@x"', '`ls -la | grep "@x"`'],
    ['echo `date`', '`` echo `date` ``'],
    ['a\n  b', '`a b`'],
    ['```', '`` ` ``'],
    [' ', ''],
  ])('shows %j as %j', (text, expected) => {
    expect(codeSpan(text)).toBe(expected);
  });

  it('shows exactly the text, with runs of backticks and white space made single', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('`', ' ', 'a', '\\', '*', '<', '&', '|'), maxLength: 12 }), (text) => {
        const wanted = text.replace(/ +/g, ' ').trim().replace(/`+/g, '`');
        expect(codeTexts(codeSpan(text)).map((shown) => shown.trim())).toEqual(wanted === '' ? [] : [wanted.trim()]);
      }),
      { numRuns: 3_000, seed: 4 },
    );
  });
});

describe('plainText', () => {
  it.each([
    ['proj035-planner', 'proj035-planner'],
    ['qa_bot', 'qa_bot'],
    ['429 rate_limit_error: too many', '429 rate_limit_error too many'],
    ['@all https://a.example [x](y)', 'all https a example x y'],
    ['gpt-5.1', 'gpt-5.1'],
    ['___', ''],
  ])('makes %j into %j', (text, expected) => {
    expect(plainText(text, 60)).toBe(expected);
  });
});

describe('any text', () => {
  const RUNS = 35_000; // three of these and the rendered trees are more than 100,000 strings

  it.each<[string, (text: string) => string]>([
    ['prose', (text) => prose(cut(text, 160))],
    ['codeSpan', codeSpan],
    ['plainText', (text) => plainText(text, 60)],
  ])('is harmless after %s, alone and below a title', (_, encode) => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const markdown = encode(text);
        expect(markdown).not.toContain('\n');
        expect(harmsOf(markdown), markdown).toEqual([]);
        expect(harmsOf(`[ACTIVE] main | 38s\n${markdown}\n${markdown} [OK]`), markdown).toEqual([]);
      }),
      { numRuns: RUNS, seed: 1 },
    );
  });
});

describe('a million characters', () => {
  const LINEAR_MS = 4_000; // takes well under one second alone

  it.each([
    'a',
    '`',
    '` ',
    '*',
    '**a',
    '[',
    '- ',
    '1. ',
    ':',
    'a:',
    'a ',
    '` a` ',
    'a@b ',
    'a.',
    "a'",
    '1:1',
    '_',
    '- - ',
    'é',
    '\u0301',
    '\u200b',
    '\ud800',
    '\u001b[',
  ])('are read in linear time: %j', (piece) => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    const startedAt = performance.now();
    for (const encode of [prose, codeSpan, (said: string) => plainText(said, 60)]) encode(text);
    expect(performance.now() - startedAt).toBeLessThan(LINEAR_MS);
  });
});
