import { describe, expect, it } from 'vitest';
import { splitLines } from '../../../src/files/line-splitter.ts';

const MAX = 20;
const split = (content: string | Buffer, skipping = false) => splitLines(Buffer.from(content), { maxLineBytes: MAX }, skipping);
const texts = (content: string | Buffer, skipping = false) => split(content, skipping).lines.map((line) => line.text);

describe('framing', () => {
  it('splits on the byte \\n alone: U+2028, U+2029, U+0085, form feed and a lone \\r stay inside their line', () => {
    expect(texts('a\u2028b\n\u2029c\nd\u0085e\nf\fg\nh\ri\n')).toEqual(['a\u2028b', '\u2029c', 'd\u0085e', 'f\fg', 'h\ri']);
  });

  it('tells where each line ends, and leaves a half line for later', () => {
    expect(split('ab\n\ncd\nef')).toMatchObject({
      lines: [
        { text: 'ab', end: 3 },
        { text: 'cd', end: 7 },
      ],
      consumed: 7,
      skipping: false,
    });
  });

  it('accepts \\r\\n', () => {
    expect(texts('a\r\nb\r\n\r\n')).toEqual(['a', 'b']);
  });

  it('keeps characters of several bytes whole and replaces bytes that are no UTF-8', () => {
    expect(texts('ü🦞\n')).toEqual(['ü🦞']);
    expect(texts(Buffer.from([0x61, 0xff, 0x0a]))).toEqual(['a\ufffd']);
  });
});

describe('a line that is too long', () => {
  it('is dropped and counted, the next one is there', () => {
    expect(split(`${'x'.repeat(MAX + 1)}\nok\n`)).toMatchObject({ lines: [{ text: 'ok' }], longLines: 1, skipping: false });
  });

  it('is dropped while it is still being written, up to its newline, and counted once', () => {
    const begun = split('x'.repeat(MAX + 1));
    expect(begun).toMatchObject({ lines: [], longLines: 1, skipping: true, consumed: MAX + 1 });
    expect(split('more', true)).toMatchObject({ lines: [], longLines: 0, skipping: true, consumed: 4 });
    expect(split('end\nok\n', true)).toMatchObject({ lines: [{ text: 'ok', end: 7 }], longLines: 0, skipping: false });
  });

  it('is measured in bytes, and one of just the limit is kept', () => {
    expect(texts(`${'ü'.repeat(MAX / 2)}\n`)).toHaveLength(1);
    expect(texts(`${'ü'.repeat(MAX / 2)}x\n`)).toHaveLength(0);
  });
});

describe('NUL blocks', () => {
  it('are cut out and counted; what stands around them are lines', () => {
    expect(split('ab\n\0\0\0cd\ne\0\0f\n\0\n')).toMatchObject({
      lines: [{ text: 'ab' }, { text: 'cd' }, { text: 'e' }, { text: 'f' }],
      nulBlocks: 3,
    });
  });
});

describe('where every line counts', () => {
  const all = (content: string, skipping = false) => splitLines(Buffer.from(content), { maxLineBytes: MAX, everyLine: true }, skipping);

  it('blank ones, \\r and NUL bytes stay', () => {
    expect(all('a\r\n\n \nb\0c\n').lines.map(({ text }) => text)).toEqual(['a\r', '', ' ', 'b\0c']);
  });

  it('one that is too long is there without its text, once, when it ends', () => {
    expect(all(`${'x'.repeat(MAX + 1)}\nok\n`)).toMatchObject({ lines: [{ text: '', isTooLong: true }, { text: 'ok' }], longLines: 1 });
    expect(all('x'.repeat(MAX + 1))).toMatchObject({ lines: [], longLines: 1, skipping: true });
    expect(all('end\nok\n', true)).toMatchObject({ lines: [{ text: '', isTooLong: true, end: 4 }, { text: 'ok' }], longLines: 0 });
  });
});
