// Joins a task of a swarm to the session of a coding agent that works on it. A source says which program works on the task, on this machine;
// it is that session only when exactly one of that program is at work. Then each box names the other. Knows nothing of boxes.

import { setBounded } from './bounded-map.ts';
import type { SessionEvent } from './event.ts';
import type { Change } from './fold.ts';
import { type Session, type SessionsByKey, sessionTag } from './session.ts';
import { isSubAgent } from './tree.ts';

/** What a source observes: `taskId`, and `program`, which is empty when nobody works on it any more. */
export const WORKS_ON = 'works_on';

interface Work {
  readonly taskKey: string;
  readonly taskId: string;
  readonly program: string;
  readonly sessionKey?: string;
}

const MOST = 100; // of one machine
const TASK_NOTE = 'session';
const SESSION_NOTE = 'mesh-task';

export class TaskWorkers {
  readonly #sessionsByKey: SessionsByKey;
  readonly #workByTask = new Map<string, Work>();

  constructor(sessionsByKey: SessionsByKey) {
    this.#sessionsByKey = sessionsByKey;
  }

  /** What follows from the change. */
  note({ event, after }: Pick<Change, 'event' | 'after'>): SessionEvent[] {
    if (event.type === 'observed') return event.what === WORKS_ON ? this.#told(event.sessionKey, event.facts, event.at) : [];
    if (event.type !== 'turn_started' || this.#workByTask.size === 0) return [];
    const open = [...this.#workByTask.values()].filter((work) => work.program === after.agentId && work.sessionKey === undefined);
    return open.flatMap((work) => this.#join(work, event.at));
  }

  #told(taskKey: string, { taskId = '', program = '' }: Readonly<Record<string, string>>, at: number): SessionEvent[] {
    const before = this.#workByTask.get(taskKey);
    if (before?.program === program) return [];
    this.#workByTask.delete(taskKey);
    const parted = before?.sessionKey === undefined ? [] : partingOf(taskKey, before.sessionKey, at);
    return program === '' ? parted : [...parted, ...this.#join({ taskKey, taskId, program }, at)];
  }

  #join(work: Work, at: number): SessionEvent[] {
    const [session, ...others] = [...this.#sessionsByKey.values()].filter((one) => one.agentId === work.program && isAtWork(one));
    const isSure = session !== undefined && others.length === 0;
    setBounded(this.#workByTask, work.taskKey, isSure ? { ...work, sessionKey: session.key } : work, MOST);
    return isSure ? joiningOf(work, session, at) : [];
  }
}

function isAtWork(session: Session): boolean {
  const turn = session.turns.at(-1);
  return turn !== undefined && turn.end === undefined && !isSubAgent(session);
}

function joiningOf({ taskKey, taskId, program }: Work, { key, sessionId }: Session, at: number): SessionEvent[] {
  const common = { type: 'noted', source: 'daemon', severity: 'info', at } as const;
  const tag = sessionTag(sessionId);
  return [
    { ...common, sessionKey: taskKey, noteId: TASK_NOTE, text: `session ${program}${tag === '' ? '' : ` ${tag}`}` },
    { ...common, sessionKey: key, noteId: SESSION_NOTE, text: `works on ${taskId} of the mesh` },
  ];
}

function partingOf(taskKey: string, sessionKey: string, at: number): SessionEvent[] {
  const common = { type: 'note_removed', source: 'daemon', at } as const;
  return [
    { ...common, sessionKey: taskKey, noteId: TASK_NOTE },
    { ...common, sessionKey, noteId: SESSION_NOTE },
  ];
}
