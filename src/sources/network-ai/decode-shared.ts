// Decodes what the agents of a swarm share: grants, the blackboard, proposed changes and the project context. Never throws.

import { asRecord, asText, type JsonRecord, parseJson } from '../../core/json-guards.ts';
import { instantOf, latestOf, shareOf } from './file-amounts.ts';
import { type Grant, grantOf } from './decode-audit.ts';
import type { Words } from './words.ts';

/** One entry of the blackboard, without its value. */
export interface Entry {
  key: string;
  status: string | undefined;
  confidence: number | undefined;
  agent: string;
  at: number | undefined;
}

export type ChangeState = 'pending' | 'validated' | 'committed' | 'aborted';

/** A change that somebody proposed for the blackboard. */
export interface ProposedChange {
  id: string;
  key: string;
  agent: string;
  state: ChangeState;
  at: number | undefined;
}

/** One text of the project context. `where` is its place: `goals`, `decisions.rationale`. */
export interface ContextText {
  where: string;
  text: string;
}

const MAX_GRANTS = 200;
const MAX_ENTRIES = 500;
const MAX_TEXTS = 400;
const MAX_DEPTH = 6;
const MAX_TEXT_POINTS = 2_000; // its own reader refuses longer ones
const UNNAMED = 'unknown';
const HEADING = /^### /m;
const WORD = /^[\w-]{1,30}$/;
const STATES: ReadonlySet<string> = new Set<ChangeState>(['pending', 'validated', 'committed', 'aborted']);

export function decodeGrants(value: unknown, words: Words): readonly Grant[] | undefined {
  const all = asRecord(value);
  if (all === undefined) return undefined;
  return Object.entries(all)
    .slice(-MAX_GRANTS)
    .flatMap(([token, raw]) => {
      const record = asRecord(raw);
      return record === undefined ? [] : [grantOf(record, words, token)];
    });
}

/**
 * Its entries stand below headings, each as JSON. `undefined` when it is empty or breaks off in the last entry: it is being written. Another
 * entry that is no JSON is left out.
 */
export function decodeBlackboard(text: string, words: Words): readonly Entry[] | undefined {
  const sections = text.split(HEADING).slice(1).slice(-MAX_ENTRIES);
  const entries = sections.map((section) => asRecord(parseJson(jsonBelow(section))));
  if (text.trim() === '' || (entries.length > 0 && entries.at(-1) === undefined)) return undefined;
  return entries.flatMap((raw) => (raw === undefined ? [] : entryOf(raw, words)));
}

/** A section goes on until its object ends; the headings of other parts follow the last one. */
function jsonBelow(section: string): string {
  return section.slice(section.indexOf('{'), section.lastIndexOf('}') + 1);
}

/** A sentence is no status: what agents write for each other is not shown. */
function wordOf(text: string | undefined): string | undefined {
  return text !== undefined && WORD.test(text) ? text : undefined;
}

function entryOf(raw: JsonRecord, words: Words): Entry[] {
  const key = words.name(raw['key']);
  const value = asRecord(raw['value']);
  if (key === undefined) return [];
  return [
    {
      key,
      status: wordOf(words.name(value?.['status'])),
      confidence: shareOf(value?.['confidence']),
      agent: words.name(raw['source_agent']) ?? UNNAMED,
      at: instantOf(raw['timestamp']),
    },
  ];
}

/** `undefined` for what is no change. */
export function decodeChange(value: unknown, words: Words): ProposedChange | undefined {
  const raw = asRecord(value);
  const [id, key] = [words.name(raw?.['change_id']), words.name(raw?.['key'])];
  if (raw === undefined || id === undefined || key === undefined) return undefined;
  const times = ['proposed_at', 'validated_at', 'committed_at', 'aborted_at'].map((name) => instantOf(raw[name]));
  return { id, key, agent: words.name(raw['source_agent']) ?? UNNAMED, state: stateIn(raw), at: latestOf(times) };
}

function stateIn(raw: JsonRecord): ChangeState {
  const state = asText(raw['status']) ?? '';
  return isState(state) ? state : 'pending';
}

function isState(text: string): text is ChangeState {
  return STATES.has(text);
}

/** Every text of it, wherever it stands: all of them reach the agents. */
export function decodeContext(value: unknown, words: Words): readonly ContextText[] | undefined {
  const all = asRecord(value);
  if (all === undefined) return undefined;
  const texts: ContextText[] = [];
  for (const [section, content] of Object.entries(all)) collect(content, words.name(section) ?? UNNAMED, 0, texts);
  return texts.slice(0, MAX_TEXTS).flatMap(({ where, text }) => {
    const safe = words.sentence(text, MAX_TEXT_POINTS);
    return safe === undefined ? [] : [{ where: words.name(where) ?? UNNAMED, text: safe }];
  });
}

/** Keys are texts, too, where they are not those of the file's own shape. */
function collect(value: unknown, where: string, depth: number, texts: ContextText[]): void {
  if (depth > MAX_DEPTH || texts.length >= MAX_TEXTS || where === 'updated_at') return;
  if (typeof value === 'string') texts.push({ where, text: value });
  else if (Array.isArray(value)) for (const each of value) collect(each, where, depth + 1, texts);
  else
    for (const [name, each] of Object.entries(asRecord(value) ?? {})) {
      if (/\s/.test(name)) texts.push({ where, text: name });
      collect(each, `${where}.${name}`, depth + 1, texts);
    }
}
