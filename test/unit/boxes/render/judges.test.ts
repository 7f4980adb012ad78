import { describe, expect, it } from 'vitest';
import { readAsApp, readAsStandard } from './judges/app.ts';
import { harmsOf, keepsOrder, serverWords } from './judges/harms.ts';
import { REWRITTEN } from './judges/rules.ts';
import { readAsWeb } from './judges/web.ts';

describe('the judges together', () => {
  it.each([
    '@all',
    'a @name. b',
    'see https://a.example',
    'www.a.example',
    'a/www1.1',
    'a.com/x',
    '~town-square',
    '#tag',
    ':smile:',
    '(12:30: job',
    'x-d',
    'done.:)',
    '[…:]',
    '[a](http://b.example)',
    '[OK]\n`](http://b.example)`',
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
    '| a | b |\n|---|---|',
    'one␤two',
    '`x␤~~~␤`',
    '&#64;all',
    '`a` @all',
    '``a` @all',
    '[a]: http://b.example',
    'a\u202eb',
    'a@b.example',
    '\ud800',
    '**a**',
    '$x$',
    '[DONE] שלום | 38s',
    'exec: `בדיקה` … 38s',
  ])('see the harm in %j', (markdown) => {
    expect(harmsOf(markdown)).not.toEqual([]);
  });

  it.each([
    'plain text (ok), 3.5 %',
    '`@all https://a.example` [OK]',
    '`` a`b `` …',
    '[ACTIVE] main | 38s\nReading…',
    '◆ exec: `ls` [OK]\n\u2003\u2003◆ [DONE] 28s',
    '[DONE] \u200e\u2068שלום\u2069 | 38s',
  ])('find none in %j', (markdown) => {
    expect(harmsOf(markdown)).toEqual([]);
  });
});

describe('each judge', () => {
  it('reads as its client does', () => {
    expect(readAsWeb('a `x` b\nc')).toEqual({ harms: [], paragraphs: 1, lines: ['a \u0001 b', 'c'] });
    expect(readAsWeb('see a/www1.1').harms).toEqual(['web: link']);
    expect(readAsApp('say x-d').harms).toEqual(['app: emoji']);
    expect(readAsStandard('say *x*').harms).toEqual(['commonmark: emph']);
  });

  it.each(REWRITTEN.map(({ from, to, source }) => [source, from, to] as const))('rewrites as in %s', (source, from, to) => {
    const character = String.fromCodePoint(
      Array.from({ length: 0x2500 }, (_, code) => code).find((code) => String.fromCodePoint(code).search(from) === 0) ?? 0,
    );
    const judge = source.startsWith('marked') ? readAsWeb : readAsStandard;
    expect(judge(`a${character}b`)).toEqual(judge(`a${to}b`));
  });
});

describe('the server', () => {
  it('compares every word outside of code with names and keywords', () => {
    expect(serverWords('◆ exec: `Alice` [OK] Bob-x.')).toEqual(expect.arrayContaining(['exec', 'OK', 'Bob-x', 'Bob', 'x']));
    expect(serverWords('◆ exec: `Alice` [OK]')).not.toContain('Alice');
  });
});

describe('the order in which characters are seen', () => {
  it.each([
    ['[DONE] שלום | 38s', false],
    ['exec: `בדיקה` … 38s', false],
    ['a ١٢٣ 45 ب | 38s', false],
    ['שלום', false],
    ['exec: \u200e\u2068`בדיקה`\u2069 … 38s', true],
    ['\u200e\u2068שלום\u2069', true],
  ])('of %j: kept %s', (line, isKept) => {
    expect(keepsOrder(line)).toBe(isKept);
  });
});
