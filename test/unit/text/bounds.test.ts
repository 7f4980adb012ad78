import { describe, expect, it } from 'vitest';
import { createRedactor, MAX_REDACTED_CHARS, redactThenCut } from '../../../src/text/redact.ts';
import { createSafeText } from '../../../src/sources/openclaw/decoding/safe-text.ts';
import { armouredKey, createDice, longestLeak } from './corpus.ts';
import { GROWTH_PIECES, grown } from './growth-pieces.ts';

const redact = createRedactor(['k3yv9d8wq7zx1mb5tn6rp2hjk']);

const SHORT = 2_048;
const LONG = 8 * SHORT; // the longest text that is redacted whole
const HUGE = 1_000_000;
const SLACK = 8; // on a machine that is busy; a quadratic search needs 64 times as long for the long text
const NOISE_MS = 5; // what the clock of the process cannot tell from nothing

describe.each(GROWTH_PIECES)('a text of nothing but %j', (piece) => {
  it('takes no more time than its length explains, and none for what is never shown', { retry: 3 }, () => {
    const msOf = (chars: number) => {
      const text = grown(piece, chars);
      return cpuMs(() => redact(text));
    };
    const [short, long, huge] = [msOf(SHORT), msOf(LONG), msOf(HUGE)];
    expect(long).toBeLessThan((LONG / SHORT) * SLACK * Math.max(short, NOISE_MS));
    expect(huge).toBeLessThan(SLACK * Math.max(long, NOISE_MS));
  });
});

/** Time of this process, so that other work on the machine does not count. */
function cpuMs(work: () => void): number {
  const startedAt = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(startedAt);
  return (user + system) / 1_000;
}

describe('a text that is longer than anything that is shown', () => {
  const dice = createDice(4);

  it('comes back as its beginning, marked', () => {
    const output = redact('word '.repeat(100_000));
    expect(output.length).toBeLessThan(MAX_REDACTED_CHARS);
    expect(output.endsWith('…')).toBe(true);
    expect(redact(output)).toBe(output);
  });

  it('hands to the redaction only what may be shown and a margin', () => {
    let seen = 0;
    const counting = (text: string) => {
      seen = Math.max(seen, text.length);
      return redact(text);
    };
    createSafeText(counting).line('ordinary words '.repeat(70_000), 300);
    expect(seen).toBeLessThan(3_000);
    redactThenCut('ordinary words '.repeat(70_000), 300, counting);
    expect(seen).toBeLessThan(3_000);
  });

  it.each(GROWTH_PIECES)('hands to the redaction no more than five thousand characters of nothing but %j', (piece) => {
    let seen = 0;
    redactThenCut(grown(piece, 100_000), 300, (text) => {
      seen += text.length;
      return redact(text);
    });
    expect(seen).toBeLessThan(5_000);
  });

  it.each(['secret ', 'the token is ', 'пароль ', 'curl -u ', 'docker login '])(
    'shows nothing of what it did not look at behind %j',
    (piece) => {
      const output = redact(`${piece.repeat(1_000)}password=Tr0ub4dor-x9 plain words`);
      expect(output).toMatch(/\[redacted\]…$/);
      expect(output).not.toContain('Tr0ub4dor');
      expect(output).not.toContain('plain words');
      expect(redact(output)).toBe(output);
    },
  );

  it('looks at all of a text that people would write', () => {
    const lines = Array.from({ length: 200 }, (_, index) => `the password of server ${index} is kept in the vault, ask the admins`);
    expect(redact(lines.join('\n'))).toBe(lines.join('\n'));
  });

  it('leaves no half of a secret, wherever it is cut', () => {
    const secret = `ghp_${dice.pick('abcdefghijABCDEFGHIJ0123456789', 36)}`;
    const hidden = `password=${dice.pick('abcdefghij', 12)} `;
    for (const max of [20, 300]) {
      for (let before = 0; before < 2 * max; before += 7) {
        for (const filler of ['words ', hidden]) {
          const text = `${filler.repeat(Math.ceil(before / filler.length))}${secret} ${'more '.repeat(40_000)}`;
          expect(longestLeak(secret.slice(4), redactThenCut(text, max, redact))).toBeLessThanOrEqual(4);
        }
      }
    }
  });

  it('leaves no half of a secret at the border of the window either', () => {
    const secret = `sk-ant-api03-${dice.pick('abcdefghijABCDEFGHIJ0123456789_-', 93)}AA`;
    for (let before = 11_900; before < 12_500; before += 11) {
      const text = `${'x '.repeat(before / 2)}${secret} ${'y '.repeat(20_000)}`;
      expect(longestLeak(secret.slice(13), redact(text))).toBeLessThanOrEqual(4);
    }
  });

  it('masks a private key of which only the end is near', () => {
    const { body } = armouredKey(dice);
    const text = `[…]\n${Array.from({ length: 12 }, () => body.slice(0, 6).join('\n')).join('\n')}\n-----END RSA PRIVATE KEY-----\n${'more '.repeat(20_000)}`;
    const output = redactThenCut(text, 300, redact);
    for (const line of body) expect(longestLeak(line, output)).toBeLessThanOrEqual(5);
  });
});
