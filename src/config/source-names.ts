// The text form of SOURCES: names of the catalogue of sources, and the names that 0.1 had for them.

import { SOURCES } from '../sources/catalogue.ts';
import { closestName } from './closest-name.ts';
import { type Decoded, type TextForm, textForm } from './setting.ts';

export type SourceId = (typeof SOURCES)[number]['id'];

/** Which sources are wanted. */
export interface SourceNames {
  /** The given text, for people. */
  readonly text: string;
  /** Each id once; `undefined` takes every source that is set or found. */
  readonly ids: readonly SourceId[] | undefined;
}

export const AUTO: SourceNames = { text: 'auto', ids: undefined };

const IDS = SOURCES.map(({ id }) => id);
/** Whose agents are watched: what the addresses in ROUTES begin with. */
export const WATCHED: readonly string[] = [...new Set(SOURCES.map(({ capabilities }) => capabilities.agents))];
const OLD_NAMES: ReadonlyMap<string, readonly SourceId[]> = new Map([
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
  const names = given
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const text = names.join(',');
  if (text === AUTO.text) return { value: AUTO };
  if (names.includes(AUTO.text)) return { wrong: 'names auto beside others' };
  const unknown = names.find((name) => idsOf(name).length === 0);
  return unknown === undefined ? { value: { text, ids: [...new Set(names.flatMap(idsOf))] } } : { wrong: unknownNames(unknown) };
}

function idsOf(name: string): readonly SourceId[] {
  return OLD_NAMES.get(name) ?? IDS.filter((id) => id === name);
}

function unknownNames(name: string): string {
  if (name === '') return 'has an empty name in it';
  const meant = closestName(name, [AUTO.text, ...IDS, ...OLD_NAMES.keys()], MOST_MISTAKES);
  return `names ${JSON.stringify(name.slice(0, 60))}, which is no source${meant === undefined ? '' : ` (did you mean ${meant}?)`}`;
}
