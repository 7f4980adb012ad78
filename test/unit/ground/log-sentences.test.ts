import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { logCallsIn, sentencesIn } from './log-calls.ts';
import { ROOT, sources } from './repository.ts';

const MOST_WORDS = 24; // what a person reads once
const GIVEN = '(a sentence of another file)';

/** Who logs sentences that others give, and who gives them. */
const GIVERS: Readonly<Record<string, readonly string[]>> = {
  'src/app/encoding.ts': ['src/boxes/render/tool-labels.ts'],
  'src/app/health-service.ts': ['src/health/health-server.ts'],
  'src/app/sources.ts': ['src/config/choose-sources.ts'],
  'src/boxes/board/turn-log.ts': ['src/boxes/board/turn-log.ts'],
  'src/cli/foreground.ts': ['src/process/state-dir.ts'],
  'src/coordinator/coordinator.ts': ['src/coordinator/coordinator.ts'],
  'src/core/repeat-log.ts': [],
  'src/files/file-problems.ts': [
    'src/files/file-problems.ts',
    'src/sources/openclaw/transcripts/transcripts-problems.ts',
    'src/sources/claude-code/home-problems.ts',
  ],
  'src/sources/openclaw/gateway/connection.ts': ['src/sources/openclaw/gateway/connection-state.ts'],
};

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const calls = sources()
  .filter(({ path }) => !path.startsWith('src/stand-in/') && path !== 'src/core/log.ts')
  .flatMap(({ path, text }) => logCallsIn(text).map((call) => ({ path, ...call })));

const given = [...new Set(Object.values(GIVERS).flat())].map((path) => ({ path, sentences: [...new Set(sentencesIn(read(path)))] }));

function lineOf({ level, fields, sentence = GIVEN }: (typeof calls)[number]): string {
  return `${level.padEnd(5)} ${sentence}${fields.length === 0 ? '' : `  [${fields.join(', ')}]`}`;
}

describe('log sentences', () => {
  test('all of them stand in one file, to be read as a text', async () => {
    const byRoom = Map.groupBy(calls, ({ path }) => path.split('/').slice(1, -1).join('/'));
    const logged = [...byRoom].map(([room, inRoom]) => `${room}\n${inRoom.map((call) => `  ${lineOf(call)}\n`).join('')}`);
    const givenTexts = given.map(({ path, sentences }) => `given by ${path}\n${sentences.map((sentence) => `  ${sentence}\n`).join('')}`);
    await expect([...logged, ...givenTexts].join('\n')).toMatchFileSnapshot('../../golden/log/sentences.txt');
  });

  test('who logs what others give, and only they, stands in the list of givers', () => {
    const loggers = calls.filter(({ sentence }) => sentence === undefined).map(({ path }) => path);
    expect([...new Set(loggers)].toSorted()).toEqual(Object.keys(GIVERS).toSorted());
  });

  test.each(calls.filter(({ sentence }) => sentence !== undefined))('$path: "$sentence" is a sentence', ({ sentence = '' }) => {
    expect(sentence).toMatch(/^[A-Z`…]/);
    expect(sentence).toMatch(/[.…]$/);
    for (const one of sentence.split(/[.;:] /)) expect(one.split(' ').length).toBeLessThanOrEqual(MOST_WORDS);
  });

  test('each field stands in the table for operators', () => {
    const rows = [...read('docs/OPERATIONS.md').matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].map((match) => match[1] ?? '');
    const listed = new Set(rows.flatMap((row) => [...row.matchAll(/`(\w+)`/g)].map((match) => match[1])));
    const fields = new Set(calls.flatMap((call) => call.fields).filter((name) => /^\w+$/.test(name) && name !== 'fields'));
    expect([...fields].filter((name) => !listed.has(name))).toEqual([]);
  });
});

describe('finding calls', () => {
  test('sees level, fields and sentence, also with brackets, commas and inserted values inside', () => {
    const source = [
      "this.#log.warn({ a, b: f(x, '}'), ...more }, 'It is (a, b) here.');",
      'log.info({}, `The ${f({ x })} runs.`);',
      'log.error({ err: error }, given);',
      "this.#repeats.failed(`a:${b}`, { box }, 'It failed.');",
    ].join('\n');
    expect(logCallsIn(source)).toEqual([
      { level: 'warn', fields: ['a', 'b', '...more'], sentence: 'It is (a, b) here.' },
      { level: 'info', fields: [], sentence: 'The … runs.' },
      { level: 'error', fields: ['err'], sentence: undefined },
      { level: 'warn', fields: ['box'], sentence: 'It failed.' },
    ]);
  });

  test('sees the sentences that a file gives, and no comment or key', () => {
    const source = "// 'This is a comment.'\nconst a = { key: 'AUTH_REQUIRED', because: `The ${b} is not here.` }; // 'Nor is this.'";
    expect(sentencesIn(source)).toEqual(['The … is not here.']);
  });
});
