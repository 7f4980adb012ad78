// What the box of one task should say now: its meters, notes, end and facts, from what the files say. Pure.

import type { RunOutcome } from '../../core/event.ts';
import { Moment } from '../../core/moment.ts';
import type { Belongings } from './belongings.ts';
import type { Budget, Heartbeat, Tracking } from './decode-guard.ts';
import { type Member, memberNotes, membersOf, silentMembers } from './member-notes.ts';
import { chosenNotes, type Note } from './note.ts';
import type { Fact } from './observed-facts.ts';
import { sharedNotes } from './shared-notes.ts';
import type { Task } from './snapshot.ts';
import { backFact, contextFacts, exhaustedFact, handoffFacts, outputFacts, silenceOf, silentFact } from './task-facts.ts';
import { verdictOf } from './verdict.ts';
import { budgetNotes, handoffNotes, resultNotes, verdictNote } from './work-notes.ts';

export interface Meter {
  name: string;
  used: number;
  of?: number;
  unit: string;
}

/** A meter with when it got that value, by the writer's clock. */
export interface MeterView {
  meter: Meter;
  at: number | undefined;
}

export interface End {
  outcome: RunOutcome;
  reason?: string;
  /** By the writer's clock; `undefined`: nothing says when. */
  at: number | undefined;
}

export interface TaskView {
  meters: readonly MeterView[];
  notes: readonly Note[];
  facts: readonly Fact[];
  end: End | undefined;
  /** Until then, by the writer's clock, time alone changes nothing. */
  holdsUntil: number;
}

export interface ViewedTask {
  task: Task;
  belongings: Belongings;
  heartbeats: ReadonlyMap<string, Heartbeat>;
  /** What was told of the task, by the ids of facts. */
  toldFacts: ReadonlyMap<string, string>;
  may: { texts: boolean };
  /** By the writer's clock. */
  now: number;
}

export const STATUS_NOTE = 'status';
const ACTIVE = 'active';
/** What the status of a task means. Others are shown as they are. */
const OUTCOMES: ReadonlyMap<string, RunOutcome> = new Map([
  ['budget_terminated', 'stopped'],
  ['completed', 'done'],
  ['done', 'done'],
  ['success', 'done'],
  ['failed', 'failed'],
  ['error', 'failed'],
  ['cancelled', 'cancelled'],
  ['aborted', 'aborted'],
  ['released', 'released'],
]);

/** For a task that has ended time stands still. */
export function viewOf(viewed: ViewedTask): TaskView {
  const { task, belongings, may } = viewed;
  const end = endOf(task, belongings);
  const now = end === undefined ? viewed.now : Math.min(viewed.now, end.at ?? task.changedAt ?? viewed.now);
  const moment = new Moment(now);
  const { silent, back } = membersIn(viewed, end, moment);
  const notes = [
    ...workNotes(viewed, moment, now),
    ...budgetNotes(belongings),
    ...memberNotes(silent, back, moment),
    ...sharedNotes(belongings, may, moment, now),
    ...aboutNote(task, may),
  ];
  return {
    meters: meterOf(task.budget),
    notes: chosenNotes(notes),
    facts: [
      ...handoffFacts(task),
      ...(end === undefined ? outputFacts(task, moment, now) : []),
      ...(end?.outcome === 'stopped' ? [exhaustedFact(task, end.at)] : []),
      ...silent.map((member) => silentFact(task.id, member, now)),
      ...back.map((member) => backFact(task.id, member)),
      ...contextFacts(belongings.contextTexts),
    ],
    end,
    holdsUntil: end === undefined ? moment.holdsUntil : Number.POSITIVE_INFINITY,
  };
}

function workNotes({ task: { tracking, budget }, heartbeats }: ViewedTask, moment: Moment, now: number): Note[] {
  if (tracking === undefined) return [];
  const verdict = verdictNote(verdictOf({ tracking, budget, heartbeats }, moment, now));
  return [verdict, ...handoffNotes(tracking, moment), ...resultNotes(tracking), ...statusNote(tracking)];
}

/** Nobody is missed at a task that is over. */
function membersIn(
  { task: { id, tracking }, heartbeats, toldFacts }: ViewedTask,
  end: End | undefined,
  moment: Moment,
): { silent: Member[]; back: Member[] } {
  if (end !== undefined) return { silent: [], back: [] };
  const members = membersOf(id, tracking, heartbeats);
  const silent = silentMembers(members, moment);
  return { silent, back: members.filter((member) => !silent.includes(member) && toldFacts.has(silenceOf(member.name))) };
}

/** A state that the system's scripts of today never write. */
function statusNote({ status, changedAt }: Tracking): Note[] {
  if (status === ACTIVE || OUTCOMES.has(status)) return [];
  return [{ id: STATUS_NOTE, text: `Status: ${status}`, severity: 'info', rank: 1, at: changedAt }];
}

function meterOf(budget: Budget | undefined): MeterView[] {
  if (budget === undefined) return [];
  const { used, of, changedAt } = budget;
  return [{ meter: { name: 'Budget', used, ...(of > 0 ? { of } : {}), unit: 'tokens' }, at: changedAt }];
}

function endOf({ budget, tracking }: Task, { shutdown }: Belongings): End | undefined {
  if (budget?.isExhausted === true || shutdown !== undefined) return { outcome: 'stopped', reason: 'budget', at: shutdown?.at };
  const outcome = OUTCOMES.get(tracking?.status ?? '');
  if (outcome === undefined) return undefined;
  return { outcome, at: tracking?.changedAt, ...(outcome === 'stopped' ? { reason: 'budget' } : {}) };
}

/** What the task is for, as somebody wrote it. */
function aboutNote({ budget, createdAt }: Task, { texts }: { texts: boolean }): Note[] {
  const description = budget?.description;
  if (!texts || description === undefined) return [];
  return [{ id: 'about', text: `About: ${description}`, severity: 'info', rank: 1, at: createdAt }];
}
