// The text form of SOURCES: names of the catalogue of sources, and the words that 0.1 had for them.

import { SOURCES } from '../sources/catalogue.ts';
import { closestName } from './closest-name.ts';
import { type Decoded, type TextForm, textForm } from './setting.ts';

export type SourceId = (typeof SOURCES)[number]['id'];

/** Which sources are wanted. */
export interface SourceNames {
  /** As it was given, for people. */
  readonly text: string;
  /** Each once; `undefined` takes whatever is set or found. */
  readonly ids: readonly SourceId[] | undefined;
}

export const AUTO: SourceNames = { text: 'auto', ids: undefined };

const IDS = SOURCES.map(({ id }) => id);
const OTHER_WORDS: ReadonlyMap<string, readonly SourceId[]> = new Map([
  ['files', ['transcripts']],
  ['both', ['transcripts', 'gateway']],
]);
const MOST_MISTAKES = 2;

/** `transcripts,gateway`, or `auto`. A name that comes twice counts once. */
export function sourceNames(): TextForm<SourceNames> {
  const expected = `auto, or names divided by commas, of ${IDS.join(', ')}; files stands for transcripts, both for transcripts,gateway`;
  return textForm(expected, decodeNames, ({ text }) => text);
}

function decodeNames(given: string): Decoded<SourceNames> {
  const words = given
    .toLowerCase()
    .split(',')
    .map((word) => word.trim());
  const text = words.join(',');
  if (text === AUTO.text) return { value: AUTO };
  if (words.includes(AUTO.text)) return { wrong: 'names auto beside others' };
  const unknown = words.find((word) => idsOf(word).length === 0);
  return unknown === undefined ? { value: { text, ids: [...new Set(words.flatMap(idsOf))] } } : { wrong: unknownWords(unknown) };
}

function idsOf(word: string): readonly SourceId[] {
  return OTHER_WORDS.get(word) ?? IDS.filter((id) => id === word);
}

function unknownWords(word: string): string {
  if (word === '') return 'has an empty name in it';
  const meant = closestName(word, [AUTO.text, ...IDS, ...OTHER_WORDS.keys()], MOST_MISTAKES);
  return `names ${JSON.stringify(word.slice(0, 60))}, which is no source${meant === undefined ? '' : ` (did you mean ${meant}?)`}`;
}
