import { describe, expect, it } from 'vitest';
import { createRedactor, MAX_REDACTED_CHARS, redactThenCut } from '../../../src/core/redact.ts';
import { SHAPE_ROWS } from '../../../src/core/redact-shape-table.ts';
import { parseTemplate } from '../../../src/core/redact-template.ts';
import { createSafeText } from '../../../src/sources/decoding/safe-text.ts';
import { armouredKey, createDice, longestLeak } from './corpus.ts';

const redact = createRedactor(['k3yv9d8wq7zx1mb5tn6rp2hjk']);

/** What makes a detector look: names, markers, beginnings of keys, commands, quotes, breaks. */
const PIECES: readonly string[] = [
  '-----BEGIN PRIVATE KEY-----',
  '-----END PRIVATE KEY-----',
  '-----BEGIN PRIVATE KEY-----\n',
  '-----BEGIN PRIVATE KEY-----\nabc\n',
  'a\n-----END PRIVATE KEY-----\n',
  ...'a|0|M|aB3|aB3.|a0-|-|"|\\|\n| |[|{|=|;|@|%|:|/|é|\u0301|\u200b|`|*|_|~|<|пароль |密码|a,|a|b\n'.split('|'),
  ...'password=|password="|password: (|password |password for x |token is |the key is aaaa |secret: {"|API_KEY=|--password |PASS=${a:-|p'.split(
    '|',
  ),
  ...'://a:|://a:b@\n|https://a:b|Bearer aaaaaaaaaaaa1\n|Authorization: |Cookie: a=|<password>|-u a:|echo a|\n$ cat secret\n'.split('|'),
  ...'mysql -p|curl -u a:b |sqlplus a/|docker login -p |vault login |net use x |htpasswd -b a b |kind: Secret\ndata:\n  a: b\n'.split('|'),
  'IDENTIFIED BY ',
  'insert into a (',
  'insert into a (password) values (',
  'password = "ab" + ',
  'password=a(',
  'password,a\n',
  '| password | a |\n',
  '\\u0061',
  '%61',
  '&#97;',
  '**a**',
  "'a' +\n'",
  'a\\\n',
  'password: |\n  a\n',
  'password=<<A\n',
  'YWRtaW46VHIwdWI0ZG9yLXg5S3E=',
  '6768705f7138',
  ...SHAPE_ROWS.flatMap(([, template]) => parseTemplate(template).map(([first]) => (first?.kind === 'literal' ? first.text : 'a'))),
];

const SHORT = 2_048;
const LONG = 8 * SHORT; // the longest text that is redacted whole
const HUGE = 1_000_000;
const SLACK = 8; // on a machine that is busy; a quadratic search needs 64 times as long for the long text
const NOISE_MS = 5; // what the clock of the process cannot tell from nothing

describe.each([...new Set(PIECES)])('a text of nothing but %j', (piece) => {
  it('takes no more time than its length explains, and none for what is never shown', { retry: 3 }, () => {
    const textOf = (chars: number) => piece.repeat(Math.ceil(chars / piece.length)).slice(0, chars);
    const msOf = (chars: number) => {
      const text = textOf(chars);
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

  it.each(['secret ', 'password=x ', 'curl -u a:b ', 'Bearer aaaaaaaaaaaa1\n', 'API_KEY='])(
    'hands to the redaction no more than ten thousand characters of nothing but %j',
    (piece) => {
      let seen = 0;
      redactThenCut(piece.repeat(20_000), 300, (text) => {
        seen += text.length;
        return redact(text);
      });
      expect(seen).toBeLessThan(10_000);
    },
  );

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
