import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeBlock, codeSpan, plainText, prose } from '../../../../src/text/neutralise.ts';
import { cut } from '../../../../src/text/text.ts';
import { hostileText } from './hostile.ts';
import { codeTexts, readAsApp, readAsStandard } from './judges/app.ts';
import { harmsOf } from './judges/harms.ts';
import { readAsWeb } from './judges/web.ts';

describe('prose', () => {
  it.each([
    ['Reading live-status source code...', 'Reading live-status source code...'],
    ['Plan ready. Awaiting approval.', 'Plan ready. Awaiting approval.'],
    ["I don't know (yet), e.g. 3.5% of 1,000 and/or 10:30!", "I don't know (yet), e.g. 3.5% of 1,000 and/or 10:30!"],
    ['Now src/core/a.ts, then b.', 'Now `src/core/a.ts`, then b.'],
    ['Handoffs 3/10, output 33 %, 5 m', 'Handoffs 3/10, output 33 %, 5 m'],
    ['Ask @all at https://a.example/x.', 'Ask `@all` at `https://a.example/x`.'],
    ['Run `npm test` now', 'Run `npm test` now'],
    ['It is in `notes.md`: all of `it`.', 'It is in `notes.md`: all of `it`.'],
    ['**Done.** All tests pass', 'Done. All tests pass'],
    ['## Summary', 'Summary'],
    ['- first point', 'first point'],
    ['2. second point', '(2) second point'],
    ['[DONE] 28s', '(DONE) 28s'],
    ['`［DONE］` 28s', '`(DONE)` 28s'],
    ['【完了】 28s', '(完了) 28s'],
    ['⎡DONE⎤ 28s', '(DONE) 28s'],
    ['⊏DONE⊐ 28s', '(DONE) 28s'],
    ['⌜DONE⌟ 28s', '(DONE) 28s'],
    ['> **[DОNE]** 28s', '(DОNE) 28s'],
    ['see [DONE] there', 'see `[DONE]` there'],
    ['◆ exec: ls ♦ 🔹', '· exec: ls · ·'],
    ['it is x-d or max-d', 'it is `x-d` or max-d'],
    ['at 12:30 or 12:30:45', 'at 12:30 or `12:30:45`'],
    ['done.:) great!;)', '`done.:) great!;)`'],
    ['see a/www1.1', 'see `a/www1.1`'],
    ['完了。次は evil。example', '完了。次は `evil。example`'],
    ['one␤two', 'one two'],
    ['a `` b', 'a `` ` `` b'],
    ['日本語のテキスト。🎉', '日本語のテキスト。🎉'],
    ['ab שלום', '\u200e\u2068ab שלום\u2069'],
    ['', ''],
    ['\u200b \n ', ''],
  ])('shows %j as %j', (text, expected) => {
    expect(prose(text)).toBe(expected);
  });
});

describe('codeBlock', () => {
  it.each([
    ['one\n  two\n', '```\none\n  two\n```'],
    ['\n\n one', '```\n one\n```'],
    ['a\n```\nb', '```\na\n`\nb\n```'],
    ['echo ◆\n\tgo', '```\necho ·\n  go\n```'],
    ['a[0](b)\n~~~', '```\na[0] (b)\n~~~\n```'],
    [' \n\u200b', ''],
  ])('shows the lines of %j as %j', (text, expected) => {
    expect(codeBlock(text)).toBe(expected);
  });

  it('is one block in every client, whatever is in it, and leaves the lines around it alone', () => {
    fc.assert(
      fc.property(fc.array(hostileText, { minLength: 1, maxLength: 6 }), (texts) => {
        const block = codeBlock(texts.join('\n'));
        if (block === '') return;
        const around = `◆ before:\n${block}\n◆ after`;
        expect([readAsWeb(around).harms, readAsApp(around).harms, readAsStandard(around).harms]).toEqual([
          ['web: code'],
          ['app: code_block'],
          ['commonmark: code_block'],
        ]);
        for (const read of [readAsWeb, readAsApp, readAsStandard])
          expect([read(around).lines.at(0), read(around).lines.at(-1)?.slice(-7)]).toEqual(['◆ before:', '◆ after']);
      }),
      { numRuns: 300 },
    );
  });
});

describe('codeSpan', () => {
  it.each([
    ['ls -la | grep "@x"', '`ls -la | grep "@x"`'],
    ['echo `date`', '`` echo `date` ``'],
    ['a\n  b', '`a b`'],
    ['```', '`` ` ``'],
    ['a[0](b)', '`a[0] (b)`'],
    ['echo ◆', '`echo ·`'],
    ['בדיקה', '\u200e\u2068`בדיקה`\u2069'],
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
    ['［DONE］ main ǀ 2 violations', 'DONE main 2 violations'],
    ['see a/www1.1 x-d', 'see a 1.1 x d'],
    ['שלום', '\u200e\u2068שלום\u2069'],
  ])('makes %j into %j', (text, expected) => {
    expect(plainText(text, 60)).toBe(expected);
  });
});

describe('any text', () => {
  const RUNS = 2_000; // the corpus has many more, in boxes

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
        if (markdown === '') return;
        expect(harmsOf(`[ACTIVE] main | 38s\n${markdown}\n${markdown} [OK]`), markdown).toEqual([]);
      }),
      { numRuns: RUNS, seed: 1 },
    );
  });
});

describe('a million characters', () => {
  const LINEAR_MS = 4_000; // of computing time; it takes less than one second

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
    const before = process.cpuUsage();
    for (const encode of [prose, codeSpan, (said: string) => plainText(said, 60)]) encode(text);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(LINEAR_MS);
  });
});
