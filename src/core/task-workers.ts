// Joins a task of a swarm to the session of a coding agent that works on it. A source says which program works on the task, on this machine;
// it is that session only when the source names it, or when exactly one of that program is at work. Where both go to the same place the
// session's turn is drawn in the task's box; elsewhere each box names the other. Knows nothing of boxes.

import { setBounded } from './bounded-map.ts';
import type { SessionEvent } from './event.ts';
import type { Change } from './fold.ts';
import { type Session, type SessionsByKey, sessionTag } from './session.ts';
import { isSubAgent, rootOf } from './tree.ts';

/**
 * What a source observes: `taskId`, `program`, which is empty when nobody works on it any more, and `session`, the key of the session where
 * that is known.
 */
export const WORKS_ON = 'works_on';

interface Work {
  readonly taskKey: string;
  readonly taskId: string;
  readonly program: string;
  /** As its source names it. */
  readonly named?: string;
  readonly sessionKey?: string;
  /** The session is drawn in the box of the task. */
  readonly isHosted?: boolean;
}

const MOST = 100; // of one machine
const TASK_NOTE = 'session';
const SESSION_NOTE = 'task';

export class TaskWorkers {
  readonly #sessionsByKey: SessionsByKey;
  readonly #isSamePlace: (task: Session, session: Session) => boolean;
  /** By task, and by session where that is named. */
  readonly #workByName = new Map<string, Work>();

  constructor(sessionsByKey: SessionsByKey, isSamePlace: (task: Session, session: Session) => boolean) {
    this.#sessionsByKey = sessionsByKey;
    this.#isSamePlace = isSamePlace;
  }

  /** What follows from the change. */
  note({ event, after }: Pick<Change, 'event' | 'after'>): SessionEvent[] {
    if (event.type === 'observed') return event.what === WORKS_ON ? this.#told(event.sessionKey, event.facts, event.at) : [];
    if (event.type !== 'turn_started' || this.#workByName.size === 0) return [];
    const open = [...this.#workByName.values()].filter((work) => mayBeOf(work, after));
    return open.flatMap((work) => this.#join(work, event.at));
  }

  #told(taskKey: string, { taskId = '', program = '', session: named }: Readonly<Record<string, string>>, at: number): SessionEvent[] {
    const name = nameOf({ taskKey, named });
    const before = this.#workByName.get(name);
    if (before?.program === program) return [];
    this.#workByName.delete(name);
    const parted = before === undefined ? [] : partingOf(before, at);
    const work = { taskKey, taskId, program, ...(named === undefined ? {} : { named }) };
    return program === '' ? parted : [...parted, ...this.#join(work, at)];
  }

  #join(work: Work, at: number): SessionEvent[] {
    const task = this.#sessionsByKey.get(work.taskKey);
    const taskTurn = task?.turns.at(-1);
    const [session, ...others] = [...this.#sessionsByKey.values()].filter((one) => isMeant(work, one) && isAtWork(one));
    const isSure = session !== undefined && others.length === 0 && taskTurn !== undefined && taskTurn.end === undefined;
    const isHosted = isSure && this.#isHostedBy(work.taskKey, session);
    setBounded(this.#workByName, nameOf(work), isSure ? { ...work, sessionKey: session.key, isHosted } : work, MOST);
    if (!isSure) return [];
    return isHosted ? hostingOf(work, session, at) : namingOf(work, session, at);
  }

  /** A turn is in one box: what another task hosts stays there. */
  #isHostedBy(taskKey: string, session: Session): boolean {
    const task = this.#sessionsByKey.get(taskKey);
    const taskTurn = task?.turns.at(-1);
    const root = task === undefined || taskTurn === undefined ? undefined : rootOf(this.#sessionsByKey, task, taskTurn);
    const { hostKey = taskKey } = session.turns.at(-1) ?? {};
    return root !== undefined && hostKey === taskKey && this.#isSamePlace(root.session, session);
  }
}

function nameOf({ taskKey, named = '' }: { taskKey: string; named?: string | undefined }): string {
  return `${taskKey} ${named}`;
}

/** Whether the turn that begins may be that work, or belongs in the same box as the turns before it. */
function mayBeOf(work: Work, session: Session): boolean {
  return work.sessionKey === undefined ? isMeant(work, session) : work.isHosted === true && work.sessionKey === session.key;
}

function isMeant({ program, named, sessionKey = named }: Work, { key, agentId }: Session): boolean {
  return sessionKey === undefined ? agentId === program : key === sessionKey;
}

function isAtWork(session: Session): boolean {
  const turn = session.turns.at(-1);
  return turn !== undefined && turn.end === undefined && !isSubAgent(session);
}

function hostingOf({ taskKey, program }: Work, { key, sessionId }: Session, at: number): SessionEvent[] {
  const common = { source: 'daemon', at } as const;
  const label = workerName(program, sessionId);
  return [
    { ...common, type: 'child_spawned', sessionKey: taskKey, callId: `work:${key}`, childKey: key, isWorker: true, label },
    { ...common, type: 'turn_hosted', sessionKey: key, hostKey: taskKey },
  ];
}

function namingOf({ taskKey, taskId, program }: Work, { key, sessionId }: Session, at: number): SessionEvent[] {
  const common = { type: 'noted', source: 'daemon', severity: 'info', at } as const;
  return [
    { ...common, sessionKey: taskKey, noteId: TASK_NOTE, text: `session ${workerName(program, sessionId)}` },
    { ...common, sessionKey: key, noteId: SESSION_NOTE, text: `works on ${taskId}` },
  ];
}

/** What was drawn in the box of the task stays there. */
function partingOf({ taskKey, sessionKey, isHosted }: Work, at: number): SessionEvent[] {
  if (sessionKey === undefined || isHosted === true) return [];
  const common = { type: 'note_removed', source: 'daemon', at } as const;
  return [
    { ...common, sessionKey: taskKey, noteId: TASK_NOTE },
    { ...common, sessionKey, noteId: SESSION_NOTE },
  ];
}

function workerName(program: string, sessionId: string | undefined): string {
  return `${program} ${sessionTag(sessionId)}`.trim();
}
