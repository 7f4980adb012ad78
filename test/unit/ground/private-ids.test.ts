// Comments in `src` name no id that readers of this repository cannot look up: they say what it stands for.

import { describe, expect, it } from 'vitest';
import { sources } from './repository.ts';

/** A whole line of comment, or one after code. The slashes of a URL follow no space. */
const COMMENT = /(?:^\s*\*|(?:^|\s)(?:\/\/|\/\*\*?))\s.*/;
const PRIVATE_ID = /\b(?:LS-\d+|P\d{1,2}|h\d\d|C-\d+)\b/;

function findings(path: string, text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [comment = ''] = COMMENT.exec(line) ?? [];
    return PRIVATE_ID.test(comment) ? [`${path}: ${line.trim()}`] : [];
  });
}

describe('comments in src', () => {
  it('name no private ids', () => {
    const files = sources();
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap(({ path, text }) => findings(path, text))).toEqual([]);
  });

  it.each([
    '// Cuts the lines of a card (LS-17).',
    '  /** One post per box (P3). */',
    ' * Seen in h18: the clock of the writer is behind.',
    'const MAX = 3; // as C-2 asks',
  ])('would be noticed in %s', (line) => {
    expect(findings('src/core/card.ts', line)).toHaveLength(1);
  });

  it.each(["const name = 'P3';", '// Text is UTF-8, the hash SHA-256.'])('may be like %s', (line) => {
    expect(findings('src/core/card.ts', line)).toEqual([]);
  });
});
