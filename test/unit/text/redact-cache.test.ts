// Texts are redacted once, as long as they are asked for.

import { describe, expect, it } from 'vitest';
import { cachedRedactor } from '../../../src/text/redact-cache.ts';

function counted(mostChars?: number): { redact: (text: string) => string; asked: string[] } {
  const asked: string[] = [];
  const mask = (text: string): string => {
    asked.push(text);
    return text.replaceAll('secret', '*');
  };
  return { redact: cachedRedactor(mask, mostChars), asked };
}

describe('a text', () => {
  it('is redacted once, however often it is drawn', () => {
    const { redact, asked } = counted();
    expect([redact('a secret'), redact('a secret'), redact(''), redact('')]).toEqual(['a *', 'a *', '', '']);
    expect(asked).toEqual(['a secret', '']);
  });

  it('is forgotten when it was not asked for while others were, and then redacted again', () => {
    const { redact, asked } = counted(60); // twice three texts of five characters and what became of them
    for (const text of ['first', 'other', 'third', 'fours', 'first', 'fifth', 'sixth']) redact(text);
    expect(asked).toEqual(['first', 'other', 'third', 'fours', 'fifth', 'sixth']);
    expect([redact('first'), redact('other')]).toEqual(['first', 'other']);
    expect(asked.slice(6)).toEqual(['other']);
  });

  it('that is larger than all that is remembered is redacted all the same', () => {
    const { redact, asked } = counted(4);
    expect([redact('a secret text'), redact('a secret text')]).toEqual(['a * text', 'a * text']);
    expect(asked).toHaveLength(2);
  });
});
