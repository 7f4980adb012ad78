import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../../src/text/redact.ts';
import { createDice, KEY_SHAPES, longestLeak } from '../../text/corpus.ts';
import { drawWith } from './foreign-texts.ts';

describe('a box made of secrets', () => {
  const dice = createDice(99);

  it.each(Object.entries(KEY_SHAPES))('shows no %s, whichever text it came in', (_, build) => {
    const redact = createRedactor([]);
    const secrets = [build(dice), build(dice), build(dice)];
    const texts = secrets.flatMap((secret) => [
      `use ${secret} now`,
      `${'word '.repeat(24)}${secret} end`,
      `${'x'.repeat(70)} ${secret}`,
      `${secret.slice(0, 20)}\n${secret.slice(20)}`,
    ]);
    for (const verbosity of ['normal', 'detail'] as const) {
      const { first, later } = drawWith(texts, 'error', { verbosity, redact });
      for (const markdown of [...first, ...later]) {
        for (const secret of secrets) expect(longestLeak(secret.slice(4), markdown), markdown).toBeLessThanOrEqual(6);
      }
    }
  });
});
