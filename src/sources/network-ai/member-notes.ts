// Notes about the members of a task: who is silent, and who is back. Pure.

import type { Moment } from '../../core/moment.ts';
import type { Heartbeat, Tracking } from './decode-guard.ts';
import type { Note } from './note.ts';
import { isSilent } from './verdict.ts';

export interface Member {
  name: string;
  /** When it gave its last sign. */
  heartbeatAt: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** How long a silence lasts before it is told again. After a day it is no news any more. */
const STEPS_MS = [1, 2, 5, 15, 60, 6 * 60, 24 * 60].map((minutes) => minutes * MINUTE_MS);
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
export function memberNotes(silent: readonly Member[], back: readonly Member[], moment: Moment, now: number): Note[] {
  const newestFirst = silent.toSorted((a, b) => b.heartbeatAt - a.heartbeatAt);
  const rest = newestFirst.length - SHOWN_MEMBERS;
  return [
    ...newestFirst.slice(0, SHOWN_MEMBERS).map((member) => silentNote(member, moment, now)),
    ...(rest > 0 ? [moreNote(rest, newestFirst.at(SHOWN_MEMBERS)?.heartbeatAt)] : []),
    ...back.slice(-SHOWN_MEMBERS).map(backNote),
  ];
}

function silentNote({ name, heartbeatAt }: Member, moment: Moment, now: number): Note {
  const text = `${name} silent ${lengthText(now - heartbeatAt)}`;
  return { id: `silent:${name}`, text, severity: 'warning', rank: 3, at: heartbeatAt, version: `silent ${stepAt(heartbeatAt, moment)}` };
}

function backNote({ name, heartbeatAt }: Member): Note {
  return { id: `silent:${name}`, text: `${name} is back`, severity: 'info', rank: 9, at: heartbeatAt, version: 'back' };
}

function moreNote(count: number, at: number | undefined): Note {
  return { id: 'silent-more', text: `${count} more are silent`, severity: 'warning', rank: 3, at };
}

/** How many steps have gone by. */
function stepAt(since: number, moment: Moment): number {
  const ahead = STEPS_MS.findIndex((step) => moment.isBefore(since + step));
  return ahead < 0 ? STEPS_MS.length : ahead;
}

/** `131 s`, `12 m`, `3 h`. */
export function lengthText(ms: number): string {
  if (ms < 5 * MINUTE_MS) return `${Math.max(0, Math.floor(ms / SECOND_MS))} s`;
  return ms < 2 * HOUR_MS ? `${Math.floor(ms / MINUTE_MS)} m` : `${Math.floor(ms / HOUR_MS)} h`;
}
