// Notes about the members of a task: who is silent, and who is back. Pure.

import type { Moment } from '../../core/moment.ts';
import type { Heartbeat, Tracking } from './decode-guard.ts';
import type { Note } from './note.ts';
import { isSilent, SILENT_AFTER_MS } from './verdict.ts';

export interface Member {
  name: string;
  /** When it gave its last sign. */
  heartbeatAt: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SECONDS = [60, 90, 120, 180, 240].map((seconds) => seconds * SECOND_MS);
const MINUTES = [5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS);
const HOURS = [1, 2, 6, 24].map((hours) => hours * HOUR_MS);
/** How long a silence lasts when it is told again. After a day it is no news any more. */
const STEPS_MS = [...SECONDS, ...MINUTES, ...HOURS];
const SHOWN_MEMBERS = 4;
const MAX_MEMBERS = 100; // of one task

/** Who takes part in it or says that it works at it, and has given a sign at least once. */
export function membersOf(taskId: string, tracking: Tracking | undefined, heartbeats: ReadonlyMap<string, Heartbeat>): Member[] {
  const members = [...heartbeats].flatMap(([name, { at, taskId: current }]) => {
    const isMember = current === taskId || tracking?.participants.has(name) === true;
    return isMember && at !== undefined ? [{ name, heartbeatAt: at }] : [];
  });
  return members.slice(0, MAX_MEMBERS);
}

export function silentMembers(members: readonly Member[], moment: Moment): Member[] {
  return members.filter(({ heartbeatAt }) => isSilent({ at: heartbeatAt, taskId: undefined }, moment));
}

/** `back`: those that were silent before. */
export function memberNotes(silent: readonly Member[], back: readonly Member[], moment: Moment): Note[] {
  const newestFirst = silent.toSorted((a, b) => b.heartbeatAt - a.heartbeatAt);
  const newestBack = back.toSorted((a, b) => b.heartbeatAt - a.heartbeatAt);
  return [...silentNote(newestFirst, moment), ...backNote(newestBack)];
}

/** `orchestrator silent 120 s, analyst silent 5 m`. */
function silentNote(silent: readonly Member[], moment: Moment): Note[] {
  const [newest] = silent;
  if (newest === undefined) return [];
  const words = silent.slice(0, SHOWN_MEMBERS).map(({ name, heartbeatAt }) => `${name} silent ${lengthText(stepAt(heartbeatAt, moment))}`);
  const rest = silent.length - SHOWN_MEMBERS;
  const text = [...words, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
  return [{ id: 'silent', text, severity: 'warning', rank: 3, at: newest.heartbeatAt }];
}

function backNote(back: readonly Member[]): Note[] {
  const [newest] = back;
  if (newest === undefined) return [];
  const names = back.slice(0, SHOWN_MEMBERS).map(({ name }) => name);
  const text = `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} back`;
  return [{ id: 'back', text, severity: 'info', rank: 9, at: newest.heartbeatAt }];
}

/** The longest step that has gone by. */
function stepAt(since: number, moment: Moment): number {
  return STEPS_MS.findLast((step) => !moment.isBefore(since + step)) ?? SILENT_AFTER_MS;
}

/** `120 s`, `12 m`, `3 h`. */
function lengthText(ms: number): string {
  if (ms < 5 * MINUTE_MS) return `${ms / SECOND_MS} s`;
  return ms < HOUR_MS ? `${ms / MINUTE_MS} m` : `${ms / HOUR_MS} h`;
}
