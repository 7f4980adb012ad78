// The documents people read, and what stands in them: pure but for reading them.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../../..');

export interface Document {
  /** Its path from the top of the project. */
  path: string;
  text: string;
}

export function documents(): Document[] {
  const top = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  const docs = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  return [...top, ...docs.map((name) => `docs/${name}`)].map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** Without what stands between fences, which is quoted and not said. */
function proseOf({ text }: Document): string {
  return text.replaceAll(/^(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, '');
}

export function headingsOf(document: Document): string[] {
  return proseOf(document)
    .split('\n')
    .filter((line) => /^#{1,6} /.test(line))
    .map((line) => line.replace(/^#+ /, ''));
}

/** Rows with words in them; the lines below the heads of tables are alike. */
export function rowsOf(document: Document): string[] {
  return proseOf(document)
    .split('\n')
    .filter((line) => line.startsWith('|') && /[a-z]{3}/i.test(line));
}

/** Runs of lines that are neither headings nor rows, with their spaces evened out. */
export function paragraphsOf(document: Document): string[] {
  return proseOf(document)
    .split(/\n(?:\s*\n|(?=#|- |\|))/)
    .map((block) => block.replaceAll(/\s+/g, ' ').trim())
    .filter((block) => block !== '' && !block.startsWith('#') && !block.startsWith('|'));
}

/** What links point at, without those to other servers. */
export function linksOf(document: Document): string[] {
  return [...proseOf(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target));
}

/** What stands in code spans. */
export function codeOf(document: Document): string[] {
  return [...proseOf(document).matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)].map(([, code = '']) => code);
}

/** As the pages that show Markdown name a heading in a link. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}
