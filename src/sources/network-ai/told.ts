// Remembers what was told of a task, and says which events bring that up to what its box should say. Plain data: it is stored.

import { createHash } from 'node:crypto';
import { asList, asNumber, asRecord } from '../../core/json-guards.ts';
import type { EventBody } from '../coding-agents/agent-event.ts';
import type { TaskView } from './task-view.ts';

export interface Told {
  /** When the turn began, by the writer's clock. */
  beganAt: number;
  /** The newest instant that the files had for the task. */
  changedAt: number;
  hasEnded: boolean;
  meters: Map<string, string>;
  notes: Map<string, string>;
  facts: Map<string, string>;
  /** What the files keep for all tasks and was put to this one. */
  things: Set<string>;
}

/** `at` is by the writer's clock; `undefined`: nothing says when. */
export interface Telling {
  at: number | undefined;
  body: EventBody;
}

const MAX_FACTS = 600;
const MARK_CHARS = 10;

export function nothingTold(beganAt: number): Told {
  return { beganAt, changedAt: beganAt, hasEnded: false, meters: new Map(), notes: new Map(), facts: new Map(), things: new Set() };
}

/** The events that are missing; afterwards they count as told. */
export function tell(told: Told, view: TaskView): Telling[] {
  return [...tellMeters(told, view), ...tellNotes(told, view), ...tellFacts(told, view), ...tellEnd(told, view)];
}

/** Rules judge what goes on. What was over long before the task was seen for the first time is history; the context still reaches agents. */
export function skipOldFacts({ facts }: Told, view: TaskView, isOld: (at: number | undefined) => boolean): void {
  const old = view.facts.filter(({ what, at }) => what !== 'context_text' && isOld(at));
  for (const { id, version } of old) isNew(facts, id, version);
}

function tellMeters({ meters }: Told, view: TaskView): Telling[] {
  const fresh = view.meters.filter(({ meter }) => isNew(meters, meter.name, JSON.stringify(meter)));
  return fresh.map(({ meter, at }) => ({ at, body: { type: 'meter_changed', ...meter } }));
}

function tellNotes({ notes }: Told, view: TaskView): Telling[] {
  const wanted = new Set(view.notes.map(({ id }) => id));
  const gone = [...notes.keys()].filter((id) => !wanted.has(id));
  for (const id of gone) notes.delete(id);
  const fresh = view.notes.filter(({ id, severity, text, version = text }) => isNew(notes, id, `${severity} ${version}`));
  return [
    ...gone.map((noteId): Telling => ({ at: undefined, body: { type: 'note_removed', noteId } })),
    ...fresh.map(({ id, text, severity, at }): Telling => ({ at, body: { type: 'noted', noteId: id, text, severity } })),
  ];
}

function tellFacts({ facts }: Told, view: TaskView): Telling[] {
  const fresh = view.facts.filter(({ id, version }) => isNew(facts, id, version));
  while (facts.size > MAX_FACTS) facts.delete(facts.keys().next().value ?? '');
  return fresh.map(({ what, at, facts: about }) => ({ at, body: { type: 'observed', what, facts: about } }));
}

function tellEnd(told: Told, { end }: TaskView): Telling[] {
  if (end === undefined || told.hasEnded) return [];
  told.hasEnded = true;
  const { at, outcome, reason } = end;
  return [{ at, body: { type: 'run_ended', outcome, ...(reason === undefined ? {} : { reason }) } }];
}

/** Whether that was not told yet in this form. From now on it was. */
function isNew(told: Map<string, string>, id: string, form: string): boolean {
  const mark = markOf(form);
  if (told.get(id) === mark) return false;
  told.set(id, mark);
  return true;
}

/** What was told is compared, never shown: a few characters are enough. */
function markOf(form: string): string {
  return form.length <= MARK_CHARS ? form : createHash('sha256').update(form).digest('hex').slice(0, MARK_CHARS);
}

export function storedTold({ meters, notes, facts, things, ...rest }: Told): unknown {
  return { ...rest, meters: [...meters], notes: [...notes], facts: [...facts], things: [...things] };
}

/** What an earlier process stored; `undefined` for anything else. */
export function decodeTold(value: unknown): Told | undefined {
  const raw = asRecord(value);
  const [beganAt, changedAt] = [asNumber(raw?.['beganAt']), asNumber(raw?.['changedAt'])];
  if (raw === undefined || beganAt === undefined || changedAt === undefined) return undefined;
  return {
    beganAt,
    changedAt,
    hasEnded: raw['hasEnded'] === true,
    meters: pairsIn(raw['meters']),
    notes: pairsIn(raw['notes']),
    facts: pairsIn(raw['facts']),
    things: new Set(asList(raw['things']).filter((thing) => typeof thing === 'string')),
  };
}

function pairsIn(value: unknown): Map<string, string> {
  return new Map(
    asList(value).flatMap((pair): [string, string][] =>
      Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'string' ? [[pair[0], pair[1]]] : [],
    ),
  );
}
