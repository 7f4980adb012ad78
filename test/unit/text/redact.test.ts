import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, redactThenCut } from '../../../src/text/redact.ts';
import { cut } from '../../../src/text/text.ts';
import { createDice, KEY_SHAPES, longestLeak, PLACES } from './corpus.ts';
import { ordinaryLines } from './ordinary.ts';

const OWN = ['k3', 'yv9', 'd8w', 'q7z', 'x1m', 'b5t', 'n6r', 'p2h', 'jk'].join('');

describe('our own secrets', () => {
  const redact = createRedactor([OWN, 'p ä+/&%w"rd-1', 'abc']);

  it.each<[string, string]>([
    ['as they are', `x${OWN}y`],
    ['between word characters', `token_${OWN}_1`],
    ['split over lines', `a ${OWN.slice(0, 11)}\n${OWN.slice(11)}`],
    ['split by a backslash', `a ${OWN.slice(0, 4)}\\\n    ${OWN.slice(4)}`],
    ['in an address', `https://a.example/?q=${encodeURIComponent(OWN)}`],
    ['with their end cut off', `… ${OWN.slice(0, 14)}…`],
    ['with their beginning cut off', `…${OWN.slice(-14)} …`],
    ['with something invisible inside', `${OWN.slice(0, 9)}\u200b${OWN.slice(9)}`],
  ])('are masked %s', (_, text) => {
    expect(longestLeak(OWN, redact(text))).toBeLessThanOrEqual(4);
    expect(redact(text)).toContain('[redacted]');
  });

  it('are masked in base64 at any offset', () => {
    for (const before of ['', 'a', 'ab', 'abc', 'user:']) {
      for (const after of ['', '\n', '@x']) {
        const encoded = btoa(before + OWN + after);
        const output = redact(`header ${encoded} end`);
        expect(longestLeak(encoded.slice(8, 32), output), encoded).toBeLessThanOrEqual(4);
        expect(redact(`header ${encoded.replaceAll('+', '-').replaceAll('/', '_')} end`)).toContain('[redacted]');
      }
    }
  });

  it('are masked percent-encoded and JSON-escaped, whatever characters they have', () => {
    const secret = 'p ä+/&%w"rd-1';
    for (const form of [secret, encodeURIComponent(secret), encodeURIComponent(secret).toLowerCase(), JSON.stringify({ a: secret })]) {
      expect(redact(`x ${form} y`)).toContain('[redacted]');
    }
  });

  it('are left alone when they are too short to mean anything', () => {
    expect(redact('abc abc')).toBe('abc abc');
  });
});

describe('createRedactor', () => {
  const redact = createRedactor([OWN]);

  it('changes nothing any more when it is applied again', () => {
    const dice = createDice(3);
    const secrets = Object.values(KEY_SHAPES).map((build) => build(dice));
    const places = Object.values(PLACES).map((place) => place.text.replace('{}', () => place.secret(dice)));
    const piece = fc.oneof(
      fc.constantFrom(...secrets, ...places, ...ordinaryLines(300, 8)),
      fc.constantFrom(
        '\n',
        '\\\n',
        ' ',
        '"',
        "'",
        '=',
        ': ',
        '[redacted]',
        '[',
        ']',
        '@',
        '://a:',
        'password',
        'token ',
        '--secret ',
        '\u200b',
        '-----BEGIN PRIVATE KEY-----',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const once = redact(pieces.join(''));
        expect(redact(once)).toBe(once);
      }),
      { numRuns: 5_000, seed: 11 },
    );
  });

  it.each([
    'API_KEY=${API_KEY}',
    'password: $DB_PASSWORD',
    'token = "<your token>"',
    'secret: {{ vault.secret }}',
    'Authorization: Bearer $TOKEN',
    'psql postgres://app:$PGPASSWORD@db/app',
    'curl -u "$USER:$PASS" https://a.example',
  ])('leaves the reference in %s', (text) => {
    expect(redact(text)).toBe(text);
  });

  it.each([
    ['GITHUB_TOKEN', 'GITHUB_TOKEN=[redacted]'],
    ['password', 'password=[redacted]'],
    ['apiKey', 'apiKey=[redacted]'],
    ['max_tokens', 'max_tokens=probe-value-0123456789'],
    ['sessionKey', 'sessionKey=probe-value-0123456789'],
    ['path', 'path=probe-value-0123456789'],
  ])('tells by the name alone whether the value of %s is a secret', (name, expected) => {
    expect(redact(`${name}=probe-value-0123456789`)).toBe(expected);
  });

  it('keeps the words around a secret, so that a line still says what was done', () => {
    const key = KEY_SHAPES['GitHub personal token']?.(createDice(1)) ?? '';
    expect(redact(`GH_TOKEN=${key} gh pr list --state open`)).toBe('GH_TOKEN=[redacted] gh pr list --state open');
    expect(redact(`curl -H "Authorization: Bearer ${key}" https://api.example/user`)).toBe(
      'curl -H "Authorization: Bearer [redacted]" https://api.example/user',
    );
    expect(redact('psql postgres://app:hunter22@db:5432/app -c "select 1"')).toBe(
      'psql postgres://app:[redacted]@db:5432/app -c "select 1"',
    );
  });
});

describe('the line after a secret', () => {
  const redact = createRedactor([]);
  const token = createDice(31).pick('abcdefghijklmnopqrstuvwxyz0123456789', 26);

  it.each([
    [`Authorization: Bearer ${token}\nContent-Type: text/plain`, 'Authorization: Bearer [redacted]\nContent-Type: text/plain'],
    [`with Bearer ${token}\nNext I look`, 'with Bearer [redacted]\nNext I look'],
    [`https://a.example/?sig=${token}\nand then`, 'https://a.example/?sig=[redacted]\nand then'],
    ['http://localhost:3000\nbob@mail.example', 'http://localhost:3000\nbob@mail.example'],
    ['https://a-long-host-name-1.example\nbob@mail.example', 'https://a-long-host-name-1.example\nbob@mail.example'],
    [`TOKEN=${token}\nDEBUG=1`, 'TOKEN=[redacted]\nDEBUG=1'],
    [`${`Bearer ${token}\n`.repeat(9)}and then`, `${'Bearer [redacted]\n'.repeat(9)}and then`],
    [`kind: Secret\ndata:\n  type: ${token}\n  b: ${token}\ntype: Opaque`, 'kind: Secret\ndata:\n  [redacted]type: Opaque'],
    [`${`kind: Secret\ndata:\n  a: ${token}\n`.repeat(3)}`, 'kind: Secret\ndata:\n  [redacted]'.repeat(3)],
  ])('stays what it is: %j', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it.each(['\n', '\\\n', '\n  '])('is masked when it is the rest of the secret after %j', (lineBreak) => {
    for (const before of ['Authorization: Bearer ', 'https://a.example/?sig=', 'postgres://app:', 'MM_TOKEN=']) {
      const text = `${before}${token.slice(0, 15)}${lineBreak}${token.slice(15)}${before.startsWith('postgres') ? '@db/x' : ''}`;
      expect(longestLeak(token, redact(text)), text).toBeLessThanOrEqual(4);
    }
  });
});

describe('a text in base64', () => {
  const redact = createRedactor([]);
  const inBase64 = (text: string) => Buffer.from(text).toString('base64');
  const harmless = inBase64('hello world, this is plain');
  const secret = inBase64('DB_PASSWORD=Tr0ub4dor-x9');

  it('is masked alone, whatever other texts stand beside it', () => {
    const lines = [harmless, secret, harmless, inBase64('and the end'), secret];
    for (const between of [' ', '.', ':']) {
      expect(redact(lines.join(between))).toBe(lines.map((line) => (line === secret ? '[redacted]' : line)).join(between));
    }
  });
});

describe('a million characters of anything', () => {
  const redact = createRedactor([OWN]);
  const LINEAR_MS = 6_000; // takes well under one second alone; quadratic behaviour would take hours

  it.each([
    'a',
    '0',
    'M',
    'aB',
    'a.',
    '-',
    '"',
    '\\',
    '\n',
    ' ',
    '[',
    '{',
    '=',
    ';',
    '@',
    '%',
    'é',
    '\u0301',
    '\u001b[',
    '\u200b',
    'sk-',
    'eyJ',
    'SG.',
    'AKIA',
    '://',
    '://a:',
    'https://a:b',
    '://a:b@\n',
    '://aaaaaaaaaaaaaaaaa1@\n',
    'Bearer aaaaaaaaaaaa1\n',
    'password="',
    "password='",
    'password=;',
    `password=${'aB_'.repeat(2_000)}1 `,
    `secret: ${'token_a.'.repeat(900)}( `,
    `token=${'/a'.repeat(4_000)}# `,
    `api_key = ${'a?.'.repeat(2_500)}# `,
    'PASSWORD=a;',
    'token ',
    'token is ',
    'tokentoken',
    '_key ',
    'Authorization: ',
    'Authorization: Digest ',
    'Bearer aaaaaaaaaaaaa',
    'Cookie: a=',
    '<password>',
    ' -p',
    '-u a:',
    '--password ',
    'echo a|',
    "'a' +\n'",
    '"+\n"',
    'a\\\n',
    'ghp_a\n',
    '-----BEGIN PRIVATE KEY-----\n',
    '-----END PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY-----\nabc\n',
    'a\n-----END PRIVATE KEY-----\n',
  ])('is read in linear time: %j', (piece) => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    const startedAt = performance.now();
    redact(text);
    expect(performance.now() - startedAt).toBeLessThan(LINEAR_MS);
  });
});

describe('redactThenCut', () => {
  const redact = createRedactor([OWN]);

  it('shortens only what is longer, by code points', () => {
    expect(redactThenCut('😀😀😀', 3, redact)).toBe('😀😀😀');
    expect(redactThenCut('😀😀😀😀', 3, redact)).toBe('😀😀…');
  });

  it('lets no half of a secret through where a very long text is capped', () => {
    const key = KEY_SHAPES['OpenAI legacy key']?.(createDice(21)) ?? '';
    for (let before = 65_536 - 60; before <= 65_540; before++) {
      const shown = redactThenCut(
        `${`-----BEGIN PRIVATE KEY-----\n${'A'.repeat(60)}\n`.repeat(700)} ${'x'.repeat(before - 63_000)} ${key} tail`,
        100_000,
        redact,
      );
      expect(longestLeak(key.slice(3), shown.slice(-400))).toBeLessThanOrEqual(4);
    }
  });

  it('shows what stands before a secret that is longer than what is looked at', () => {
    for (const before of ['', 'then I ran ', `password=Tr0ub4dor-x9 and ${'words '.repeat(9)}`]) {
      const shown = redactThenCut(`${before}API_KEY=${createDice(2).pick('abcdefghijk0123456789', 20_000)}`, 80, redact);
      expect(shown).toBe(cut(`${redact(before)}API_KEY=[redacted]…`, 80));
    }
  });

  it('drops the end of a very long word without white space', () => {
    const shown = redactThenCut('ab'.repeat(60_000), 200_000, redact);
    expect(shown.length).toBeLessThanOrEqual(65_536 - 4_096 + 1);
    expect(shown.endsWith('…')).toBe(true);
  });
});
