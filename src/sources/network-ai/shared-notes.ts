// Notes about what the agents of a task share: permissions, the blackboard, the project context, the hook bridge. Pure.

import type { Moment } from '../../core/moment.ts';
import { sessionTag } from '../../core/session.ts';
import type { Belongings, HeldGrant } from './belongings.ts';
import type { ContextSection } from './decode-audit.ts';
import type { Entry, ProposedChange } from './decode-shared.ts';
import type { Note } from './note.ts';
import { lowConfidence } from './work-notes.ts';

const MINUTE_MS = 60_000;
const MINUTES_PER_HOUR = 60;
const SHOWN_GRANTS = 2;
const SHOWN_DENIALS = 2;
const SHOWN_ENTRIES = 2;
const SHOWN_CHANGES = 3;
const SHOWN_UNKNOWN = 3;

export function sharedNotes(belongings: Belongings, may: { texts: boolean }, moment: Moment, now: number): Note[] {
  const { grants, requests, denials, entries, changes, hooks, contextLines, unknown } = belongings;
  return [
    ...newest(grants, SHOWN_GRANTS).map((grant) => grantNote(grant, moment, now)),
    ...newest(
      newestByAim(denials).filter((line) => !isFollowed(line, grants)),
      SHOWN_DENIALS,
    ).map(denialNote),
    ...newest(
      newestByAim(requests).filter((line) => !isFollowed(line, [...grants, ...denials])),
      1,
    ).map(requestNote),
    ...newest(entries, SHOWN_ENTRIES).map(entryNote),
    ...changeNotes(changes),
    ...contextNote(contextLines, may.texts),
    ...hookNote(hooks),
    ...unknownNotes(unknown),
  ];
}

function newest<T extends { at: number | undefined }>(all: readonly T[], most: number): T[] {
  return all.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0)).slice(-most);
}

function grantNote(grant: HeldGrant, moment: Moment, now: number): Note {
  const { mark, agent, resource, limits, at } = grant;
  const text = [`${agent} → ${resource} ${stateText(grant, moment, now)}`, ...(limits.length > 0 ? [limits.join(', ')] : []), mark].join(
    ' · ',
  );
  return { id: `grant:${mark}`, text, severity: 'info', rank: grant.state === 'active' ? 7 : 10, at };
}

function stateText({ state, expiresAt }: HeldGrant, moment: Moment, now: number): string {
  if (state !== 'active') return state;
  if (expiresAt === undefined) return 'granted';
  return moment.isBefore(expiresAt) ? `granted, ${leftText(expiresAt, moment, now)} left` : 'expired';
}

/** Whole minutes, or hours when there are many; said again only when that changes. */
function leftText(expiresAt: number, moment: Moment, now: number): string {
  const minutes = Math.floor((expiresAt - now) / MINUTE_MS);
  const [count, unit] = minutes < MINUTES_PER_HOUR ? [minutes, 1] : [Math.floor(minutes / MINUTES_PER_HOUR), MINUTES_PER_HOUR];
  moment.isBefore(expiresAt - count * unit * MINUTE_MS + 1);
  if (count === 0) return 'less than 1 m';
  return unit === 1 ? `${count} m` : `${count} h`;
}

interface Aimed {
  agent: string;
  resource: string;
  at: number | undefined;
}

/** For each agent and resource the newest one. */
function newestByAim<T extends Aimed>(lines: readonly T[]): T[] {
  return [...new Map(lines.map((line) => [`${line.agent}:${line.resource}`, line])).values()];
}

/** Whether something was decided about the same afterwards: the answer to a request may come in the same millisecond. */
function isFollowed({ agent, resource, at = 0 }: Aimed, later: readonly Aimed[]): boolean {
  return later.some((other) => other.agent === agent && other.resource === resource && (other.at ?? 0) >= at);
}

/** One that nobody has answered: an answer comes with the same command. */
function requestNote({ agent, resource, at }: Aimed): Note {
  return { id: `asked:${agent}:${resource}`, text: `${agent} asks for ${resource}`, severity: 'info', rank: 8, at };
}

function denialNote({ agent, resource, because, at }: Belongings['denials'][number]): Note {
  return { id: `denied:${agent}:${resource}`, text: `${agent} → ${resource} denied: ${because}`, severity: 'warning', rank: 8, at };
}

function entryNote({ key, status, confidence, agent, at }: Entry): Note {
  const unsure = lowConfidence(confidence);
  const words = [key, ...(status === undefined ? [] : [status]), `(${agent})`].join(' ');
  return {
    id: `entry:${key}`,
    text: unsure === undefined ? words : `${words} · ${unsure}`,
    severity: unsure === undefined ? 'info' : 'warning',
    rank: 5,
    at,
  };
}

/** `1 change waits: chg_003 by data_analyst`, and what became of the newest others. */
function changeNotes(changes: readonly ProposedChange[]): Note[] {
  const open = changes.filter(({ state }) => state === 'pending' || state === 'validated');
  const done = newest(
    changes.filter((change) => !open.includes(change)),
    SHOWN_CHANGES,
  );
  return [
    ...(open.length > 0 ? [waitingNote(open)] : []),
    ...(done.length > 0 ? [changeNote('changes-done', `Changes: ${done.map(({ id, state }) => `${id} ${state}`).join(', ')}`, done)] : []),
  ];
}

function waitingNote(open: readonly ProposedChange[]): Note {
  const rest = open.length - SHOWN_CHANGES;
  const names = newest(open, SHOWN_CHANGES).map(({ id, agent, state }) => `${id} by ${agent}${state === 'validated' ? ', validated' : ''}`);
  const more = rest > 0 ? [`${rest} more`] : [];
  const counted = open.length === 1 ? '1 change waits' : `${open.length} changes wait`;
  const conflict = conflictIn(open);
  const text = `${counted}: ${[...names, ...more].join('; ')}${conflict === undefined ? '' : ` · conflict on ${conflict}`}`;
  return { ...changeNote('changes', text, open), severity: conflict === undefined ? 'info' : 'warning' };
}

/** A key that more than one change wants: the system lets none of them pass. */
function conflictIn(open: readonly ProposedChange[]): string | undefined {
  return open.find(({ key }, index) => open.findIndex((other) => other.key === key) < index)?.key;
}

function changeNote(id: string, text: string, changes: readonly ProposedChange[]): Note {
  return { id, text, severity: 'info', rank: 6, at: newest(changes, 1)[0]?.at };
}

const SECTION_WORDS: Readonly<Record<ContextSection, string>> = {
  decision: 'New decision',
  goal: 'New goal',
  milestone: 'New milestone',
  milestone_done: 'Milestone reached',
  ban: 'Ruled out',
  change: 'Project context changed',
};

/** The newest change of the project context. What was decided is said only where texts are. */
function contextNote(lines: Belongings['contextLines'], texts: boolean): Note[] {
  const last = newest(lines, 1)[0];
  if (last === undefined) return [];
  const words = SECTION_WORDS[last.section];
  const told = texts && last.text !== undefined ? `${words}: ${last.text}` : words;
  const text = lines.length > 1 ? `${told} · ${lines.length - 1} earlier changes of the project context` : told;
  return [{ id: 'context', text, severity: 'info', rank: 6, at: last.at }];
}

function hookNote(hooks: Belongings['hooks']): Note[] {
  const last = hooks.at(-1);
  if (last === undefined) return [];
  const sessions = new Set(hooks.map(({ sessionId }) => sessionId));
  const whose = sessions.size === 1 ? `session ${sessionTag(last.sessionId)}`.trim() : `${sessions.size} sessions`;
  return [{ id: 'hooks', text: `Hook bridge, ${whose}: ${hookCounts(hooks)}`, severity: hookSeverity(hooks), rank: 10, at: last.at }];
}

/** `3 allowed, 1 denied (last Bash), 1 asked`. */
export function hookCounts(hooks: Belongings['hooks']): string {
  const count = (decision: string): number => hooks.filter((line) => line.decision === decision).length;
  const denied = hooks.findLast(({ decision }) => decision === 'deny');
  const last = denied === undefined ? '' : ` (last ${denied.tool})`;
  return `${count('allow')} allowed, ${count('deny')} denied${last}, ${count('ask')} asked`;
}

export function hookSeverity(hooks: Belongings['hooks']): Note['severity'] {
  return hooks.some(({ decision }) => decision === 'deny') ? 'warning' : 'info';
}

/** `Unknown in the audit log: quorum_reached, lease_taken (3)`. */
function unknownNotes(unknown: Belongings['unknown']): Note[] {
  const byAction = Map.groupBy(newest(unknown, unknown.length), ({ action }) => action);
  const names = [...byAction].slice(-SHOWN_UNKNOWN).map(([action, lines]) => (lines.length > 1 ? `${action} (${lines.length})` : action));
  if (names.length === 0) return [];
  const at = newest(unknown, 1)[0]?.at;
  return [{ id: 'unknown', text: `Unknown in the audit log: ${names.join(', ')}`, severity: 'info', rank: 9, at }];
}
