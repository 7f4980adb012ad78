// Makes secrets of every kind in every context, and measures how many of them the redactor masks.

import { CLASS_CHARS, parseTemplate } from '../../../src/text/redact-template.ts';
import { CONTEXTS, type Context, styled } from './contexts.ts';
import { type Dice, longestLeak } from './corpus.ts';

/** A kind of secret: where its name is known, the variable it is mostly kept in. */
export interface Kind {
  name: string;
  variable: string;
  template: string;
  /** Beginnings that everybody knows are no leak. */
  hasShape: boolean;
}

export interface Sample {
  kind: string;
  context: string;
  group: Context['group'] | 'command';
  text: string;
  secret: string;
}

/** How many samples of a group are masked, and which are not. */
export interface Score {
  samples: number;
  missed: Sample[];
}

const HARMLESS_PIECE = 6; // characters that also occur by chance

/** A secret of a template. */
export function secretOf(template: string, dice: Dice): string {
  const ways = parseTemplate(template);
  const segments = ways[dice.below(ways.length)] ?? [];
  return segments
    .map((segment) =>
      segment.kind === 'literal'
        ? segment.text
        : dice.pick(CLASS_CHARS[segment.chars], segment.min + dice.below(segment.max - segment.min + 1)),
    )
    .join('');
}

/** One sample of a kind for each context it can stand in: what has no shape needs a name. */
export function samplesOf(kind: Kind, dice: Dice): Sample[] {
  return CONTEXTS.filter(({ group }) => kind.hasShape || group !== 'alone').map((context) => {
    const secret = secretOf(kind.template, dice);
    const shown = context.change === undefined ? secret : context.change(secret);
    const text = context.text.replaceAll('NAME', styled(kind.variable, context.style)).replace('{}', () => shown);
    return { kind: kind.name, context: context.name, group: context.group, text, secret: shown };
  });
}

/** Plays samples through a redactor. Fixed parts of a template are public and no leak. */
export function score(
  samples: readonly Sample[],
  kinds: ReadonlyMap<string, Kind>,
  redact: (text: string) => string,
): Record<string, Score> {
  const scores: Record<string, Score> = {};
  for (const sample of samples) {
    const entry = (scores[sample.group] ??= { samples: 0, missed: [] });
    entry.samples++;
    if (isReadable(sample, kinds.get(sample.kind), redact(sample.text))) entry.missed.push(sample);
  }
  return scores;
}

/** Whether more of the secret stands in the output than what everybody knows about its kind. */
function isReadable({ secret }: Sample, kind: Kind | undefined, output: string): boolean {
  const parts = kind?.hasShape === true ? randomParts(secret, kind.template) : [secret];
  return parts.some((part) => longestLeak(part, output) > Math.min(HARMLESS_PIECE, part.length - 1));
}

function randomParts(secret: string, template: string): string[] {
  const literals = parseTemplate(template).flatMap((segments) =>
    segments.flatMap((segment) => (segment.kind === 'literal' ? [segment.text] : [])),
  );
  const known = literals.filter((text) => text.length > 2).flatMap((text) => [text, encodeURIComponent(text)]);
  const parts = known
    .toSorted((a, b) => b.length - a.length)
    .reduce((pieces, text) => pieces.flatMap((piece) => piece.split(text)), [secret]);
  return parts.filter((part) => part.length > 0);
}
