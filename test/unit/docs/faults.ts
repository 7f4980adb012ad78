// What can be wrong with a document: each check gives what it found, as it stands there. Pure.

import { dirname, join } from 'node:path';
import { anchorOf, codeOf, type Document, headingsOf, linksOf, paragraphsOf, sentencesOf, tablesOf, typedIn } from './documents.ts';

/** What documents may speak of. */
export interface Project {
  /** Every file, from the top of the project. */
  files: readonly string[];
  documents: readonly Document[];
  /** Of `npm run`, of `make` and of the program itself. */
  scripts: readonly string[];
  targets: readonly string[];
  commands: readonly string[];
  /** Variables of the environment, codes of gateways and the like, as the sources have them. */
  names: ReadonlySet<string>;
}

type Check = (document: Document, project: Project) => string[];

const LONG_CHARS = 60; // shorter ones may well stand twice
const OURS = /^(?:src|test|docs|scripts|bench|deploy|hooks|skill)\/[\w./*-]+$/;
const BELOW_SRC = /^[\w-]+(?:\/[\w-]+)*\/[\w*-]+\.ts$/;
const A_FILE = /^[\w.*-]+\.(?:ts|sh)$/;
const CAPITALS = /^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+/;
const NEVER_READ = 'MOSES_OPERATOR_SECRET'; // which is all there is to be said of it
const PRIVATE_ID = /\b(?:LS-\d+|P\d{1,2})\b/g;
const isLong = (text: string): boolean => text.length >= LONG_CHARS;

export const CHECKS: Readonly<Record<string, Check>> = {
  'a heading twice': (document) => {
    const headings = headingsOf(document);
    // In a list of changes each version has the same heads.
    return twice(headings.map((path) => (isListOfChanges(document) ? path.join(' > ') : (path.at(-1) ?? ''))));
  },
  'a row twice': (document) => {
    const tables = tablesOf(document);
    return twice(tables.flatMap((rows) => [...new Set(rows)]).filter(isLong)).concat(tables.flatMap(twice));
  },
  'two rows about the same': (document) => tablesOf(document).flatMap((rows) => twice(rows.map(subjectOf).filter((name) => name !== ''))),
  'a paragraph twice': (document) => twice(paragraphsOf(document).filter(isLong)),
  'a sentence twice': (document) => twice(sentencesOf(document).filter(isLong)),
  'a paragraph of another document': (document, { documents }) => {
    const others = documents.filter(({ path }) => path !== document.path).flatMap(paragraphsOf);
    return paragraphsOf(document).filter((paragraph) => isLong(paragraph) && others.includes(paragraph));
  },
  'a link to nothing': (document, project) => linksOf(document).filter((target) => !isTarget(document, target, project)),
  'a file that is not there': (document, { files }) =>
    codeOf(document).filter((code) => {
      if (OURS.test(code)) return !isAmong(files, code);
      if (BELOW_SRC.test(code)) return !isAmong(files, `src/${code}`);
      return A_FILE.test(code) && !isAmong(files, `**/${code}`);
    }),
  'a command that is not there': (document, { scripts, targets, commands }) =>
    typedIn(document).filter(
      (typed) =>
        isUnknown(typed, /^npm run (?:-s )?([a-z][\w-]+)/, scripts) ||
        isUnknown(typed, /^make ([a-z][\w-]+)/, targets) ||
        isUnknown(typed, /^live-status ([a-z][a-z-]+)/, commands),
    ),
  'a name that no source has': (document, { names }) =>
    codeOf(document).filter((code) => {
      const name = CAPITALS.exec(code)?.[0];
      return name !== undefined && !names.has(name) && name !== NEVER_READ;
    }),
  'an id that nothing explains': ({ text }) => text.match(PRIVATE_ID) ?? [],
};

function twice(things: readonly string[]): string[] {
  return [...new Set(things.filter((thing, at) => things.indexOf(thing) !== at))];
}

function isListOfChanges({ path }: Document): boolean {
  return path === 'CHANGELOG.md';
}

/** What a row is about stands in its first cell. */
function subjectOf(row: string): string {
  return /^ *\| *((?:\\\||[^|])*?) *\|/.exec(row)?.[1] ?? '';
}

function isUnknown(typed: string, pattern: RegExp, known: readonly string[]): boolean {
  const name = pattern.exec(typed)?.[1];
  return name !== undefined && !known.includes(name);
}

/** Whether one of the files, or a folder of one, has that name, in which `*` stands for a part. */
function isAmong(files: readonly string[], name: string): boolean {
  const pattern = name
    .replace(/\/$/, '')
    .replaceAll('.', String.raw`\.`)
    .replaceAll('**/', '(?:.+/)?')
    .replaceAll(/(?<!\))\*/g, '[^/]*');
  const named = new RegExp(`^${pattern}(?:/|$)`);
  return files.some((file) => named.test(file));
}

function isTarget(document: Document, target: string, { files, documents }: Project): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? document.path : join(dirname(document.path), path);
  if (!isAmong(files, file)) return false;
  if (anchor === undefined) return true;
  const aim = file === document.path ? document : documents.find((each) => each.path === file);
  return aim !== undefined && headingsOf(aim).some((heading) => anchorOf(heading.at(-1) ?? '') === anchor);
}
