import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorOf, codeOf, type Document, documents, headingsOf, linksOf, paragraphsOf, ROOT, rowsOf } from './documents.ts';

const LONG_CHARS = 60; // shorter paragraphs may well stand twice
const DOCUMENTS = documents();
/** In a list of changes each version has the same heads. */
const CHANGES = 'CHANGELOG.md';
const OURS = /^(?:src|test|docs|scripts|bench|deploy|hooks|skill)\/[\w./-]+$/;
const TESTS = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' }).map((path) => basename(path));
const SCRIPTS = Object.keys((JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object }).scripts);
const TARGETS = [...readFileSync(join(ROOT, 'Makefile'), 'utf8').matchAll(/^([a-z][\w-]*):/gm)].map(([, name]) => name);

const twice = (things: readonly string[]): string[] => [...new Set(things.filter((thing, at) => things.indexOf(thing) !== at))];

describe.each(DOCUMENTS)('$path', (document: Document) => {
  it('says nothing twice: no heading, no row of a table, no paragraph', () => {
    if (document.path !== CHANGES) expect(twice(headingsOf(document))).toEqual([]);
    expect(twice(rowsOf(document).filter((row) => row.length >= LONG_CHARS))).toEqual([]);
    expect(twice(paragraphsOf(document).filter((paragraph) => paragraph.length >= LONG_CHARS))).toEqual([]);
  });

  it('links to what is there', () => {
    expect(linksOf(document).filter((target) => !isThere(document, target))).toEqual([]);
  });

  it('names files, tests and folders that are there', () => {
    const named = codeOf(document).filter((code) => OURS.test(code));
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const sources = codeOf(document).filter((code) => /^[a-z-]+(?:\/[a-z-]+)+\.ts$/.test(code) && !OURS.test(code));
    expect(sources.filter((path) => !existsSync(join(ROOT, 'src', path)))).toEqual([]);
    const tests = codeOf(document).filter((code) => /^[\w.-]+\.test\.ts$/.test(code));
    expect(tests.filter((name) => !TESTS.includes(name))).toEqual([]);
  });

  it('names commands that can be run', () => {
    const code = document.text;
    const scripts = [...code.matchAll(/npm run (?:-s )?([a-z][\w-]+)/g)].map(([, name = '']) => name);
    expect(scripts.filter((name) => !SCRIPTS.includes(name))).toEqual([]);
    const targets = [...code.matchAll(/`make ([a-z][\w-]+)`/g)].map(([, name = '']) => name);
    expect(targets.filter((name) => !TARGETS.includes(name))).toEqual([]);
  });
});

it('no paragraph of one document stands in another', () => {
  const all = DOCUMENTS.flatMap((document) => [...new Set(paragraphsOf(document))]);
  expect(twice(all.filter((paragraph) => paragraph.length >= LONG_CHARS))).toEqual([]);
});

function isThere(document: Document, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? document.path : join(dirname(document.path), path);
  if (!existsSync(join(ROOT, file))) return false;
  if (anchor === undefined || !file.endsWith('.md')) return true;
  const text = readFileSync(join(ROOT, file), 'utf8');
  return headingsOf({ path: file, text }).map(anchorOf).includes(anchor);
}
