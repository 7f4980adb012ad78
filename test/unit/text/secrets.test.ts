import { describe, expect, it } from 'vitest';
import { createRedactor, redactThenCut } from '../../../src/text/redact.ts';
import { armouredKey, createDice, KEY_SHAPES, longestLeak, PLACES, type Sample, SENTENCES, wrap } from './corpus.ts';

const redact = createRedactor([]);
const VARIANTS = 12; // random keys of each shape
const HARMLESS_PIECE = 5; // characters that also occur by chance

function keySamples(name: string): Sample[] {
  const dice = createDice(name.length * 7919 + (KEY_SHAPES[name]?.length ?? 0));
  return Array.from({ length: VARIANTS }, (_, index) => {
    const secret = KEY_SHAPES[name]?.(dice) ?? '';
    return { secret, text: (SENTENCES[index % SENTENCES.length] ?? '{}').replace('{}', () => secret) };
  });
}

function placeSamples(name: string): Sample[] {
  const dice = createDice(name.length * 104_729);
  const place = PLACES[name];
  return Array.from({ length: VARIANTS }, () => {
    const secret = place?.secret(dice) ?? '';
    return { secret, text: (place?.text ?? '').replace('{}', () => secret) };
  });
}

/** Parts of a key that everybody knows, such as its prefix, are no leak. */
function expectMasked(sample: Sample, output: string, input: string): void {
  expect(longestLeak(sample.secret, output), `${input}\n→ ${output}`).toBeLessThanOrEqual(HARMLESS_PIECE);
}

describe.each(Object.keys(KEY_SHAPES))('%s', (name) => {
  const samples = keySamples(name);

  it('is masked wherever it stands', () => {
    for (const sample of samples) expectMasked(sample, redact(sample.text), sample.text);
  });

  it.each([
    ['a line break', '\n'],
    ['a line break of Windows', '\r\n'],
    ['a backslash at the end of the line', '\\\n'],
    ['a line break with indentation', '\n    '],
    ['a string that is closed and opened again', '" +\n  "'],
  ])('is masked when it goes over %s', (_, lineBreak) => {
    for (const sample of samples) {
      for (const at of [0.3, 0.5, 0.8]) {
        const text = wrap(sample, at, lineBreak);
        expectMasked(sample, redact(text), text);
      }
    }
  });

  it('is masked when invisible characters or colours split it', () => {
    for (const sample of samples) {
      for (const splitter of ['\u200b', '\u0000', '\u001b[01;31m', '\u2066', '\u00ad']) {
        const text = wrap(sample, 0.5, splitter);
        expectMasked(sample, redact(text), text);
      }
    }
  });

  it('leaves no half at any border of shortening', () => {
    for (const sample of samples.slice(0, 3)) {
      const text = `before ${sample.text} after`;
      for (let max = 1; max < text.length + 2; max++) expectMasked(sample, redactThenCut(text, max, redact), text);
    }
  });
});

describe.each(Object.keys(PLACES))('%s', (name) => {
  it('is masked', () => {
    for (const sample of placeSamples(name)) expectMasked({ ...sample, text: '' }, redact(sample.text), sample.text);
  });

  it('is masked after a backslash at the end of the line', () => {
    for (const sample of placeSamples(name)) {
      if (sample.secret.length < 16) continue;
      const text = wrap(sample, 0.5, '\\\n');
      expectMasked(sample, redact(text), text);
    }
  });
});

describe('private keys', () => {
  const dice = createDice(77);
  const keys = Array.from({ length: 20 }, () => armouredKey(dice));

  function expectNoLine(body: string[], output: string): void {
    for (const line of body) expect(longestLeak(line, output), output).toBeLessThanOrEqual(HARMLESS_PIECE);
  }

  it.each<[string, (text: string) => string]>([
    ['as a file', (text) => `cat key.pem\n${text}\ndone.`],
    ['in JSON', (text) => JSON.stringify({ type: 'service_account', private_key: `${text}\n`, client_email: 'a@b.example' })],
    ['in JSON inside JSON', (text) => JSON.stringify(JSON.stringify({ private_key: text }))],
    ['indented', (text) => `key: |\n${text.replace(/^/gm, '    ')}\nnext: 1`],
    ['quoted', (text) => text.replace(/^/gm, '> ')],
    ['as a diff', (text) => text.replace(/^/gm, '+')],
    ['as joined strings', (text) => `"${text.split('\n').join('\\n" +\n  "')}"`],
    ['on one line', (text) => text.replaceAll('\n', ' ')],
  ])('are masked %s', (_, place) => {
    for (const key of keys) expectNoLine(key.body, redact(place(key.text)));
  });

  it('are masked when their end was cut off, anywhere', () => {
    for (const key of keys.slice(0, 3)) {
      for (let length = 40; length < key.text.length; length += 7) {
        expectNoLine(key.body, redact(`${key.text.slice(0, length)}… (truncated)`));
        expectNoLine(key.body, redact(key.text.slice(0, length)));
      }
    }
  });

  it('are masked when their beginning was cut off between two lines', () => {
    for (const key of keys) {
      const tail = key.text.split('\n').slice(3).join('\n');
      expectNoLine(key.body, redact(`[…]\n${tail}\nmore`));
    }
  });

  it('leave the text after them alone', () => {
    for (const key of keys) expect(redact(`a\n${key.text}\nThe next step.`)).toBe('a\n[redacted]\nThe next step.');
  });
});
