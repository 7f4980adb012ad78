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
  return text.replaceAll(/^ *(`{3,}|~{3,})[^\n]*\n[^]*?^ *\1[^\n]*$/gm, '');
}

/** Each heading with those above it, the topmost first. */
export function headingsOf(document: Document): string[][] {
  const open: string[] = [];
  return proseOf(document)
    .split('\n')
    .flatMap((line) => {
      const [, marks, title] = /^(#{1,6}) +(.+?)\s*$/.exec(line) ?? [];
      if (marks === undefined || title === undefined) return [];
      open.splice(marks.length - 1, Number.POSITIVE_INFINITY, title);
      return [open.filter((each) => each !== undefined)];
    });
}

/** The rows of each table, without its head and the line below that. */
export function tablesOf(document: Document): string[][] {
  return [...proseOf(document).matchAll(/(?:^ *\|.*\n?)+/gm)].map(([table]) => table.trim().split('\n').slice(2));
}

/** Runs of lines that are neither headings nor rows, with their spaces evened out; an entry of a list is one of its own. */
export function paragraphsOf(document: Document): string[] {
  return proseOf(document)
    .split(/\n(?:\s*\n|(?= *(?:#|[-*] |\d+\. |\|)))/)
    .map((block) => block.replaceAll(/\s+/g, ' ').trim())
    .filter((block) => block !== '' && !/^[#|]/.test(block));
}

export function sentencesOf(document: Document): string[] {
  return paragraphsOf(document).flatMap((paragraph) => paragraph.split(/(?<=[.:;]) /));
}

/** What links and pictures point at, without those to other servers. */
export function linksOf(document: Document): string[] {
  const prose = proseOf(document).replaceAll(/`[^`\n]+`/g, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)[^)]*\)|^\[[^\]]+\]: *(\S+)/gm)].map(([, inline, below]) => inline ?? below ?? '');
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** What stands in code spans. */
export function codeOf(document: Document): string[] {
  return [...proseOf(document).matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)].map(([, code = '']) => code);
}

/** What people are to type: in code spans, and between fences; of a `console` only what stands behind `$`. */
export function typedIn(document: Document): string[] {
  const blocks = [...document.text.matchAll(/^ *```(\w*)[^\n]*\n([^]*?)^ *```$/gm)].flatMap(([, kind, body = '']) => {
    const lines = body.split('\n').map((line) => line.trim());
    return kind === 'console' ? lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2)) : lines;
  });
  return [...codeOf(document), ...blocks].flatMap((line) => line.split(/ (?:&&|\||#) |; /)).map((command) => command.replace(/^sudo /, ''));
}

/** As the pages that show Markdown name a heading in a link. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}
