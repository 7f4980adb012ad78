// A text as the detectors of secrets see it: places that hide something, and the same text with its line breaks taken out.

/** A piece of a text, from `start` up to but not including `end`. */
export interface Span {
  start: number;
  end: number;
}

/** Where a line break was taken out. `explicit` means that the break itself says that the line goes on. */
export interface Joint {
  /** Index in the joined text of the first character after the break. */
  at: number;
  explicit: boolean;
  /** Characters taken out up to and including this break. */
  removed: number;
}

/** A text without its line breaks, so that a secret that was wrapped is one piece again. */
export interface JoinedText {
  text: string;
  /** In the order of their places. */
  joints: Joint[];
}

const MASK = '[redacted]';

/**
 * A break with the indentation and quote mark of the next line; with a backslash before it or as a string that is
 * closed and opened again, it is explicit.
 */
const BREAK = /(["'`])[ \t]{0,8}[+\\.]?[ \t]{0,8}\n[ \t]{0,64}[+]?[ \t]{0,8}\1|(\\?)\n[ \t]{0,64}(?:[>|│+][ \t])?/g;

/** Takes the line breaks out of a text: all of them, or those that say themselves that the line goes on. */
export function joinLines(text: string, which: 'all' | 'explicit'): JoinedText {
  if (!text.includes('\n')) return { text, joints: [] };
  const joints: Joint[] = [];
  const parts: string[] = [];
  let from = 0;
  let removed = 0;
  for (const match of text.matchAll(BREAK)) {
    const explicit = match[1] !== undefined || match[2] === '\\';
    if (!explicit && which === 'explicit') continue;
    parts.push(text.slice(from, match.index));
    from = match.index + match[0].length;
    removed += match[0].length;
    joints.push({ at: from - removed, explicit, removed });
  }
  parts.push(text.slice(from));
  return { text: parts.join(''), joints };
}

/** The index of the first joint at or after a place of the joined text. */
export function jointAtOrAfter(joined: JoinedText, place: number): number {
  let low = 0;
  let high = joined.joints.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((joined.joints[middle]?.at ?? 0) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a span of the joined text lies in the original. */
export function spanInSource(joined: JoinedText, span: Span): Span {
  return { start: placeInSource(joined, span.start), end: placeInSource(joined, span.end - 1) + 1 };
}

function placeInSource(joined: JoinedText, place: number): number {
  const before = joined.joints[jointAtOrAfter(joined, place + 1) - 1];
  return place + (before?.removed ?? 0);
}

/** The text with every span replaced by one mark. Spans may overlap and come in any order. */
export function maskSpans(text: string, spans: readonly Span[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const span of mergeSpans(spans)) {
    parts.push(text.slice(from, span.start), MASK);
    from = span.end;
  }
  return parts.join('') + text.slice(from);
}

function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else merged.push({ ...span });
  }
  return merged;
}
