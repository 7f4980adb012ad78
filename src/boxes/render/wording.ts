// A line in parts: our own text, and foreign text in two forms. The version that creates a post notifies people whose keyword or first name
// is in it, except in code spans. Edits notify nobody, so foreign text may be prose there.

import { codeSpan, OUR_MARK, plainText, prose } from '../../text/neutralise.ts';

/** Which version of a post a line is drawn for: the one that creates it, or an edit. */
export type Version = 'first' | 'later';

/** Our own safe Markdown, or a foreign text as safe Markdown for each version. */
type Part = string | Readonly<Record<Version, string>>;

export type Wording = readonly Part[];

/** Foreign text, redacted and cut: readable prose from the second version on. */
export function foreign(text: string): Part {
  return { first: codeSpan(text), later: prose(text) };
}

/** A foreign name or reason for places without code spans, at most `max` code points; `otherwise` is ours, for nothing visible. */
export function foreignName(text: string, max: number, otherwise = ''): Part {
  const later = plainText(text, max);
  return later === '' ? otherwise : { first: codeSpan(later), later };
}

/** A line of ours. */
export function ours(...parts: Part[]): Wording {
  return [`${OUR_MARK} `, ...parts];
}

/** The parts of several wordings with `glue` between those that say something. */
export function joined(wordings: readonly Wording[], glue: string): Wording {
  return wordings
    .filter((wording) => draw(wording, 'later') !== '')
    .flatMap((wording, index) => (index === 0 ? wording : [glue, ...wording]));
}

export function draw(wording: Wording, version: Version): string {
  return wording.map((part) => (typeof part === 'string' ? part : part[version])).join('');
}
