import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/text/redact.ts';
import { longestLeak } from './corpus.ts';

const OWN = ['k3', 'yv9', 'd8w', 'q7z', 'x1m', 'b5t', 'n6r', 'p2h', 'jk'].join('');
const bytes = Buffer.from(OWN, 'utf8');
const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));

describe('our own token', () => {
  const redact = createRedactor([OWN]);

  it.each<[string, string]>([
    ['in hexadecimal', bytes.toString('hex')],
    ['in large hexadecimal', bytes.toString('hex').toUpperCase()],
    ['as a list of bytes', pairs.map((pair) => `0x${pair}`).join(', ')],
    ['as bytes with colons', pairs.join(':')],
    ['as bytes with spaces', pairs.join(' ')],
    ['as a dump', pairs.map((pair, index) => (index % 2 === 1 ? `${pair} ` : pair)).join('')],
    ['as escapes of JSON', pairs.map((pair) => `\\u00${pair}`).join('')],
    ['as escapes of JSON in JSON', pairs.map((pair) => `\\\\u00${pair}`).join('')],
    ['as escapes of a program', pairs.map((pair) => `\\x${pair}`).join('')],
    ['as escapes of some characters', `${OWN.slice(0, 5)}\\u00${pairs[5]}${OWN.slice(6, 12)}\\x${pairs[12]}${OWN.slice(13)}`],
    ['as octal escapes', [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')],
    ['with every byte percent-encoded', pairs.map((pair) => `%${pair}`).join('')],
    ['as entities of HTML', [...bytes].map((byte) => `&#${byte};`).join('')],
    ['as hexadecimal entities of HTML', pairs.map((pair) => `&#x${pair};`).join('')],
    ['percent-encoded twice', pairs.map((pair) => `%25${pair}`).join('')],
    ['as a list of codes', [...bytes].join(', ')],
    ['as a list of characters', JSON.stringify(Array.from(OWN))],
    ['with blanks between its characters', Array.from(OWN).join(' ')],
    ['backwards', Array.from(OWN).toReversed().join('')],
    ['in capitals', OWN.toUpperCase()],
    ['in wide letters', Array.from(OWN, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)).join('')],
    ['in bold letters of mathematics', OWN.replace(/[a-z]/g, (char) => String.fromCodePoint(0x1d41a + char.charCodeAt(0) - 97))],
    ['in base64', bytes.toString('base64')],
    ['in base64 of addresses', bytes.toString('base64url')],
    ['in base64 in the middle of more', Buffer.from(`user:${OWN}@host`).toString('base64')],
    ['in base64 of base64', Buffer.from(bytes.toString('base64')).toString('base64')],
    ['in base64 of UTF-16', Buffer.from(`$token = "${OWN}"`, 'utf16le').toString('base64')],
    ['in base64 of big-endian UTF-16', Buffer.from(OWN, 'utf16le').swap16().toString('base64')],
    ['in hexadecimal of UTF-16', Buffer.from(OWN, 'utf16le').toString('hex')],
    ['with bold marks inside', `${OWN.slice(0, 8)}**${OWN.slice(8, 16)}**${OWN.slice(16)}`],
    ['with code marks inside', `\`${OWN.slice(0, 8)}\`\`${OWN.slice(8)}\``],
  ])('is masked %s', (_, form) => {
    const output = redact(`header ${form} end`);
    expect(output).toContain('[redacted]');
    expect(longestLeak(form, output), output).toBeLessThanOrEqual(10);
    expect(longestLeak(OWN, output), output).toBeLessThanOrEqual(4);
    expect(output.startsWith('header ') && output.endsWith(' end')).toBe(true);
  });

  it('leaves ordinary escapes and hexadecimal alone', () => {
    for (const text of ['a \\u00e9 b', 'path%20with%2Fslash', 'C:\\x64\\bin', 'sha 9f86d081884c7d659a2feaa0c55ad015', '&#39;quoted&#39;']) {
      expect(redact(text)).toBe(text);
    }
  });

  it.each(['🔑 opens all doors', 'all 🔑 doors 🚪 open'])('with characters beyond the first plane is masked as it is: %s', (secret) => {
    expect(createRedactor([secret])(`header ${secret} end`)).toBe('header [redacted] end');
  });
});
