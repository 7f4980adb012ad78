import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/core/redact.ts';
import { createDice } from './corpus.ts';
import { ordinaryLines } from './ordinary.ts';

const redact = createRedactor(['a-configured-token-0123456789']);

describe('ordinary tool text', () => {
  it('keeps at least 99 of 100 lines as they are', () => {
    const lines = ordinaryLines(10_000, 5);
    const touched = lines.filter((line) => redact(line) !== line);
    expect(touched.length, [...new Set(touched)].slice(0, 40).join('\n')).toBeLessThanOrEqual(100);
  });

  it('keeps whole listings as they are, line breaks included', () => {
    const lines = ordinaryLines(10_000, 6).filter((line) => redact(line) === line);
    let touched = 0;
    for (let from = 0; from < lines.length; from += 20) {
      const listing = lines.slice(from, from + 20).join('\n');
      if (redact(listing) !== listing) touched++;
    }
    expect(touched).toBeLessThanOrEqual(5);
  });

  it('never takes a commit hash, a UUID or an id of Mattermost for a secret', () => {
    const dice = createDice(9);
    const hex = '0123456789abcdef';
    for (let round = 0; round < 2_000; round++) {
      const sha = dice.pick(hex, 40);
      const uuid = [8, 4, 4, 4, 12].map((length) => dice.pick(hex, length)).join('-');
      const id = dice.pick('abcdefghijklmnopqrstuvwxyz0123456789', 26);
      const text = `commit ${sha}\ngit show ${sha.slice(0, 7)}:a.ts\nsession ${uuid}\nchannel ${id}, post ${id}\n"sha": "${sha}", "id": "${id}"`;
      expect(redact(text)).toBe(text);
    }
  });

  it('comes back as the same string, invisible characters included, when nothing is masked', () => {
    const text = 'caf\u00e9 \u200b \u001b[31mred\u001b[0m \u202e done';
    expect(redact(text)).toBe(text);
  });
});
