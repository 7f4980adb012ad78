// Finds secrets by their place, as `redact-place-table.ts` describes it.

import type { Anchor, Hit } from './redact-anchors.ts';
import { IN_JOINED_TEXT, IN_LINES, type Place, type Wrap } from './redact-place-table.ts';
import { POSITION_PLACES } from './redact-position-places.ts';
import { type JoinedText, jointAtOrAfter, type Span } from './redact-view.ts';

/** A place in the lines, or in the text without its line breaks. */
export type PlaceMeaning = Place & { wrap?: Wrap };

/** The words without which a place needs no search. */
export const PLACE_ANCHORS: readonly Anchor<PlaceMeaning>[] = [...IN_JOINED_TEXT, ...IN_LINES, ...POSITION_PLACES].flatMap((place) =>
  place.anchors.map((literal) => ({ literal, anyCase: true, meaning: place })),
);

/** Secrets in headers, commands and files, in a text without explicit line breaks. */
export function lineSpans(text: string, hits: readonly Hit<PlaceMeaning>[]): Span[] {
  return dueOf(hits)
    .filter((place) => place.wrap === undefined && (place.isMultiline === undefined || text.includes('\n')))
    .flatMap((place) => placeSpans(text, place));
}

/** Secrets in addresses and beside `Bearer`, with places of the joined text. */
export function joinedSpans(joined: JoinedText, hits: readonly Hit<PlaceMeaning>[]): Span[] {
  return dueOf(hits).flatMap((place) => {
    const { wrap } = place;
    return wrap === undefined ? [] : placeSpans(joined.text, place).flatMap((span) => settle(joined, span, wrap) ?? []);
  });
}

function dueOf(hits: readonly Hit<PlaceMeaning>[]): PlaceMeaning[] {
  return [...new Set(hits.map(({ meaning }) => meaning))];
}

function placeSpans(text: string, { pattern, isSecret }: Place): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(pattern)) {
    const [, before = '', value = ''] = match;
    if (!isSecret(value, before)) continue;
    const start = match.index + before.length;
    spans.push({ start, end: start + value.length });
  }
  return spans;
}

/** Over an ordinary line break a secret goes on only if its pattern allows it. */
function settle(joined: JoinedText, span: Span, wrap: Wrap): Span | undefined {
  const { text, joints } = joined;
  const first = jointAtOrAfter(joined, span.start + 1);
  const joint = joints[first];
  if (joint === undefined || joint.at >= span.end || joint.explicit) return span;
  const head = { start: span.start, end: joint.at };
  switch (wrap) {
    case 'certain':
      // `http://localhost:3000` at the end of one line and a mail address at the beginning of the next are no password.
      return /^\d{1,5}$/.test(text.slice(head.start, head.end)) ? undefined : span;
    case 'never':
      return undefined;
    case 'random': {
      const rest = text.slice(joint.at, Math.min(span.end, joints[first + 1]?.at ?? span.end));
      return hasDigitAndLetter(rest) && !/^[A-Za-z]{1,12}[\d:.=-]{1,8}$/.test(rest) ? span : head;
    }
    default:
      return wrap satisfies never;
  }
}

function hasDigitAndLetter(value: string): boolean {
  return /[0-9]/.test(value) && /[A-Za-z]/.test(value);
}
