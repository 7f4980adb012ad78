import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { logCallsIn } from './log-calls.ts';
import { ROOT, trackedPaths } from './repository.ts';

const MOST_WORDS = 24; // what a person reads once

const calls = trackedPaths()
  .filter((path) => /^src\/.*\.ts$/.test(path) && !path.startsWith('src/stand-in/'))
  .flatMap((path) => logCallsIn(readFileSync(join(ROOT, path), 'utf8')).map((call) => ({ path, ...call })));

function lineOf({ level, fields, sentence }: (typeof calls)[number]): string {
  return `${level.padEnd(5)} ${sentence ?? '(a sentence that its caller is given)'}${fields.length === 0 ? '' : `  [${fields.join(', ')}]`}`;
}

describe('log sentences', () => {
  test('all of them stand in one file, to be read as a text', async () => {
    const byRoom = Map.groupBy(calls, ({ path }) => path.split('/').slice(1, -1).join('/'));
    const text = [...byRoom].map(([room, inRoom]) => `${room}\n${inRoom.map((call) => `  ${lineOf(call)}\n`).join('')}`).join('\n');
    await expect(text).toMatchFileSnapshot('../../golden/log/sentences.txt');
  });

  test.each(calls.filter(({ sentence }) => sentence !== undefined))('$path: "$sentence" is a sentence', ({ sentence = '' }) => {
    expect(sentence).toMatch(/^[A-Z`…]/);
    expect(sentence).toMatch(/[.…]$/);
    for (const one of sentence.split(/[.;:] /)) expect(one.split(' ').length).toBeLessThanOrEqual(MOST_WORDS);
  });

  test('each field stands in the list for operators', () => {
    const listed = new Set([...readFileSync(join(ROOT, 'docs/OPERATIONS.md'), 'utf8').matchAll(/^\| `([\w.]+)`/gm)].map((match) => match[1]));
    const fields = new Set(calls.flatMap((call) => call.fields).filter((name) => /^\w+$/.test(name)));
    expect([...fields].filter((name) => !listed.has(name))).toEqual([]);
  });
});

describe('finding calls', () => {
  test('sees level, fields and sentence, also with brackets, commas and inserted values inside', () => {
    const source = `this.#log.warn({ a, b: f(x, '}'), ...more }, 'It''s (a, b) here.');\nlog.info({}, \`The \${x} runs.\`);\nlog.error({ err: error }, given);`;
    expect(logCallsIn(source.replace("''", "\\'"))).toEqual([
      { level: 'warn', fields: ['a', 'b', '...more'], sentence: "It's (a, b) here." },
      { level: 'info', fields: [], sentence: 'The … runs.' },
      { level: 'error', fields: ['err'], sentence: undefined },
    ]);
  });
});
