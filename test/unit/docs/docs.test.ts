import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCatalogue } from '../../../src/cli/catalogue.ts';
import { trackedPaths } from '../ground/repository.ts';
import { type Document, documents, ROOT } from './documents.ts';
import { CHECKS, type Project } from './faults.ts';

const DOCUMENTS = documents();

const FILES = trackedPaths().filter((path) => existsSync(join(ROOT, path)));
const SOURCES = FILES.filter((path) => /^(?:src|deploy|hooks|scripts)\/|^[\w.-]+$/.test(path) && !path.endsWith('.md'));

const PROJECT: Project = {
  files: FILES,
  names: new Set(SOURCES.flatMap((path) => readFileSync(join(ROOT, path), 'utf8').match(/\b[A-Z][A-Z\d]*(?:_[A-Z\d]+)+\b/g) ?? [])),
  documents: DOCUMENTS,
  scripts: Object.keys((JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object }).scripts),
  targets: [...readFileSync(join(ROOT, 'Makefile'), 'utf8').matchAll(/^([a-z][\w-]*):/gm)].map(([, name = '']) => name),
  commands: Object.keys(createCatalogue(async () => Promise.reject(new Error('nothing runs here'))).commands),
};

describe.each(DOCUMENTS)('$path', (document: Document) => {
  it.each(Object.entries(CHECKS))('has not %s', (_fault, check) => {
    expect(check(document, PROJECT)).toEqual([]);
  });
});

/** A document with nothing wrong in it. */
const SOUND: Document = {
  path: 'docs/SOUND.md',
  text: `# A program

It does one thing, and it does that for as long as nobody stops it. See [the map](../AGENTS.md#commands) and [below](#how-it-is-tested).

| what | where |
|---|---|
| settings, which are all variables, such as \`MM_URL=https://chat.example.org\` | \`src/config/settings.ts\`, \`config/setting.ts\`, \`src/text/redact*.ts\` |
| events | \`event.ts\` |

## How it is tested

- \`make check\` runs \`test/unit/docs/docs.test.ts\` and the rest of \`test/unit/\`.
- \`npm run -s live-status -- status\`, then \`live-status doctor --post\`.

\`\`\`sh
# How it is tested
# How it is tested
\`\`\`
`,
};

/** What is done to it, and what alone is found then. Most of it is what merges leave behind. */
const BROKEN: readonly [change: string, from: string | RegExp, to: string, fault: string, found: string][] = [
  ['a heading again', /$/, '\n## How it is tested\n', 'a heading twice', 'How it is tested'],
  ['a short row again', '| events | `event.ts` |\n', '| events | `event.ts` |\n'.repeat(2), 'a row twice', '| events | `event.ts` |'],
  [
    'a row with two endings',
    '| events | `event.ts` |\n',
    '| events | `event.ts` |\n| events | `core/event.ts` |\n',
    'two rows about the same',
    'events',
  ],
  [
    'a long row in two tables',
    /$/,
    '\n| a | b |\n|---|---|\n| a row of more than sixty letters that | stands in one table |\n\n| a | b |\n|---|---|\n| a row of more than sixty letters that | stands in one table |\n',
    'a row twice',
    '| a row of more than sixty letters that | stands in one table |',
  ],
  [
    'a paragraph of two sentences again',
    /$/,
    '\nOne is short. Two\nis too.\nBoth together are long enough for that.\n'.repeat(2),
    'a paragraph twice',
    'One is short. Two is too. Both together are long enough for that.',
  ],
  [
    'an entry of a list again',
    /$/,
    '\n- An entry, with more than sixty letters, none of which stops it.\n'.repeat(2),
    'a paragraph twice',
    '- An entry, with more than sixty letters, none of which stops it.',
  ],
  [
    'a sentence again',
    /$/,
    '\nFirst. It does one thing, and it does that for as long as nobody stops it.\n',
    'a sentence twice',
    'It does one thing, and it does that for as long as nobody stops it.',
  ],
  [
    'a paragraph of the map',
    /$/,
    '\nA paragraph that stands in the map already, word by word, and here.\n',
    'a paragraph of another document',
    'A paragraph that stands in the map already, word by word, and here.',
  ],
  ['a link to no file', '../AGENTS.md#commands', '../AGENT.md', 'a link to nothing', '../AGENT.md'],
  ['a link to no heading', '../AGENTS.md#commands', '../AGENTS.md#orders', 'a link to nothing', '../AGENTS.md#orders'],
  ['a link to no heading of its own', '#how-it-is-tested', '#how-it-was', 'a link to nothing', '#how-it-was'],
  ['a link below the text', /$/, '\n[a]: ./GONE.md\n', 'a link to nothing', './GONE.md'],
  ['a picture that is gone', /$/, '\n![A box](images/none.png)\n', 'a link to nothing', 'images/none.png'],
  ['a file that moved', 'src/config/settings.ts', 'src/settings.ts', 'a file that is not there', 'src/settings.ts'],
  ['a file below src that moved', 'config/setting.ts', 'core/setting.ts', 'a file that is not there', 'core/setting.ts'],
  ['a file without its folder', '`event.ts`', '`happening.ts`', 'a file that is not there', 'happening.ts'],
  ['a pattern of files', 'src/text/redact*.ts', 'src/core/redact*.ts', 'a file that is not there', 'src/core/redact*.ts'],
  ['a test that was renamed', 'test/unit/docs/docs.test.ts', 'document.test.ts', 'a file that is not there', 'document.test.ts'],
  ['a folder of tests', '`test/unit/`', '`test/units/`', 'a file that is not there', 'test/units/'],
  ['a script', 'npm run -s live-status', 'npm run -s live', 'a command that is not there', 'npm run -s live -- status'],
  ['a target', 'make check', 'make checks', 'a command that is not there', 'make checks'],
  ['a command of ours', 'live-status doctor', 'live-status nurse', 'a command that is not there', 'live-status nurse --post'],
  ['a variable that was renamed', 'MM_URL=', 'MM_LINK=', 'a name that no source has', 'MM_LINK=https://chat.example.org'],
  ['an id of a promise', 'It does one thing', 'It does one thing (P7)', 'an id that nothing explains', 'P7'],
  ['an id of a wish', 'It does one thing', 'It does one thing (LS-12)', 'an id that nothing explains', 'LS-12'],
];

describe('the checks', () => {
  const map: Document = {
    path: 'AGENTS.md',
    text: '# Map\n\n## Commands\n\nA paragraph that stands in the map already, word by word, and here.\n',
  };
  const project: Project = { ...PROJECT, documents: [SOUND, map], files: [...PROJECT.files, SOUND.path] };
  const faultsOf = (document: Document): Record<string, string[]> =>
    Object.fromEntries(
      Object.entries(CHECKS).flatMap(([fault, check]) => {
        const found = check(document, project);
        return found.length === 0 ? [] : [[fault, found]];
      }),
    );

  it('find nothing in a sound document', () => {
    expect(faultsOf(SOUND)).toEqual({});
  });

  it.each(BROKEN)('find %s', (_change, from, to, fault, found) => {
    const text = SOUND.text.replace(from, to);
    expect(text).not.toBe(SOUND.text);
    expect(faultsOf({ ...SOUND, text })[fault]).toEqual([found]);
  });

  it('are all shown to find something', () => {
    expect(new Set(BROKEN.map(([, , , fault]) => fault))).toEqual(new Set(Object.keys(CHECKS)));
  });

  it('let each version of a list of changes have the same heads, once', () => {
    const check = CHECKS['a heading twice'];
    const text = '# Changes\n\n## 2\n\n### Fixed\n\n## 1\n\n### Fixed\n';
    expect(check?.({ path: 'CHANGELOG.md', text }, project)).toEqual([]);
    expect(check?.({ path: 'CHANGELOG.md', text: `${text}\n### Fixed\n` }, project)).toEqual(['Changes > 1 > Fixed']);
    expect(check?.({ path: 'docs/SOUND.md', text }, project)).toEqual(['Fixed']);
  });
});
