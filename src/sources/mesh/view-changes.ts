// What happened between two views of one box, as events. Pure.

import type { SessionEvent } from '../../core/event.ts';
import type { EventBody } from '../coding-agents/agent-event.ts';
import type { BoxView, EndView, NoteView, WaitView } from './box-view.ts';
import { MESH } from './mesh-identity.ts';

/** Without an instant of its own it happened when the view began to be true. */
type Fact = EventBody & { at?: number | undefined };

/** One turn is one piece of work, whatever happens to it: its run has one name. */
const RUN = 'work';

/** The events that turn what was shown into what is to be shown. Nothing where both are the same. */
export function changesOf(before: BoxView | undefined, after: BoxView): SessionEvent[] {
  return [
    ...introduction(before, after),
    ...beginning(before, after),
    ...childrenOf(before, after),
    ...stepsOf(before, after),
    ...callsOf(before, after),
    ...notesOf(before?.notes ?? [], after.notes),
    ...metersOf(before, after),
    ...waitsOf(before?.waits ?? [], after.waits),
    ...ending(before?.end, after.end),
  ].map((fact) => ({ ...fact, at: fact.at ?? after.at, sessionKey: after.key, source: MESH.id, namesRuns: true }));
}

function introduction(before: BoxView | undefined, { agentId, address, title, label, parentKey, model, startedAt }: BoxView): Fact[] {
  const seen: Fact = {
    type: 'session_seen',
    at: startedAt,
    agentId,
    address,
    ...(title === undefined ? {} : { title }),
    ...(label === undefined ? {} : { label }),
    ...(model === undefined ? {} : { model }),
    ...(parentKey === undefined ? {} : { parentKey, isSubAgent: true }),
  };
  const isKnown =
    before !== undefined &&
    before.title === title &&
    before.label === label &&
    before.model === model &&
    before.parentKey === parentKey &&
    before.agentId === agentId;
  return isKnown ? [] : [seen];
}

/** Work that goes on after its end is another run of the same turn. */
function beginning(before: BoxView | undefined, after: BoxView): Fact[] {
  const { startedAt } = after;
  if (before === undefined)
    return [
      { type: 'turn_started', at: startedAt, trigger: { kind: 'operator' }, messageId: 'created', runId: RUN },
      { type: 'run_started', at: startedAt, runId: RUN },
    ];
  if (before.end === undefined || after.end !== undefined) return [];
  const at = Math.max(after.at, before.end.at + 1);
  return [{ type: 'run_started', at, runId: RUN }];
}

function childrenOf(before: BoxView | undefined, after: BoxView): Fact[] {
  const labelByKey = new Map(before?.children.map(({ key, label }) => [key, label]));
  return after.children
    .filter(({ key, label }) => !labelByKey.has(key) || labelByKey.get(key) !== label)
    .map(({ key, label, at }) => ({
      type: 'child_spawned',
      at,
      callId: `child:${key}`,
      childKey: key,
      ...(label === undefined ? {} : { label }),
    }));
}

function stepsOf(before: BoxView | undefined, { steps }: BoxView): Fact[] {
  if (isSame(before?.steps ?? [], steps)) return [];
  return [{ type: 'plan_changed', steps: [...steps] }];
}

function callsOf(before: BoxView | undefined, after: BoxView): Fact[] {
  const known = new Set(before?.calls.map(({ callId }) => callId));
  return after.calls
    .filter(({ callId }) => !known.has(callId))
    .flatMap(({ callId, tool, args, at, outcome }): Fact[] => [
      { type: 'tool_started', at, callId, tool, args },
      { type: 'tool_ended', at, callId, tool, outcome },
    ]);
}

/** Notes stand in the order of their view, whatever came first: those behind a new one are taken back and come again. */
function notesOf(before: readonly NoteView[], after: readonly NoteView[]): Fact[] {
  const kept = before.findIndex((note, index) => note.noteId !== after[index]?.noteId);
  const same = kept < 0 ? before.length : kept;
  const removed = before.slice(same).map(({ noteId }): Fact => ({ type: 'note_removed', noteId }));
  const said = after.filter((note, index) => index >= same || !isSame(note, before[index]));
  return [...removed, ...said.map((note): Fact => ({ type: 'noted', ...note }))];
}

function metersOf(before: BoxView | undefined, { meters }: BoxView): Fact[] {
  const changed = meters.filter(
    (meter) =>
      !isSame(
        meter,
        before?.meters.find(({ name }) => name === meter.name),
      ),
  );
  return changed.map((meter) => ({ type: 'meter_changed', ...meter }));
}

function waitsOf(before: readonly WaitView[], after: readonly WaitView[]): Fact[] {
  const isIn = (waits: readonly WaitView[], wait: WaitView): boolean => waits.some(({ waitId }) => waitId === wait.waitId);
  const ended = before.filter((wait) => !isIn(after, wait)).map(({ waitId }): Fact => ({ type: 'waiting_ended', waitId }));
  const begun = after.filter((wait) => !before.some((other) => isSame(wait, other)));
  return [...ended, ...begun.map((wait): Fact => ({ type: 'waiting_started', ...wait }))];
}

function ending(before: EndView | undefined, end: EndView | undefined): Fact[] {
  if (end === undefined || isSame(before, end)) return [];
  const { outcome, at, reason, text, usage } = end;
  const said: Fact = {
    type: 'message',
    at,
    messageId: 'result',
    stop: 'tools',
    ...(text === undefined ? {} : { text }),
    ...(usage === undefined ? {} : { usage }),
  };
  return [
    ...(text === undefined && usage === undefined ? [] : [said]),
    { type: 'run_ended', at, runId: RUN, outcome, takesBack: true, ...(reason === undefined ? {} : { reason }) },
  ];
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
