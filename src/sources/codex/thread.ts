// What the first line of a rollout says of its thread.

import { asRecord, asText, type JsonRecord } from '../../core/json-guards.ts';
import { keyPart } from '../coding-agents/plain-id.ts';
import { folderIn } from '../coding-agents/project.ts';

/** One thread. Its id is its identity: the name of a file says less, and a thread may have several files. */
export interface Thread {
  readonly id: string;
  readonly cwd: string;
  readonly parentId?: string;
  readonly isSubAgent: boolean;
  /** A name that Codex itself makes up. */
  readonly nickname?: string;
  /** The last part of its path among the agents, which the parent made up from its task. */
  readonly taskName?: string;
  readonly role?: string;
  /** Usage has records of its own, and a failed turn says so. */
  readonly isPaginated: boolean;
  /** When it was forked from another one. A legacy fork begins with a copy of what is older. */
  readonly startedAt: number;
}

/** The thread of a `session_meta`; `undefined` without a usable id. */
export function threadOf(payload: JsonRecord, at: number): Thread | undefined {
  const id = keyPart(payload['id']);
  if (id === undefined) return undefined;
  const started = Date.parse(asText(payload['timestamp']) ?? '');
  return {
    id,
    cwd: folderIn(payload['cwd']) ?? '/',
    isPaginated: payload['history_mode'] === 'paginated',
    startedAt: Number.isNaN(started) ? at : started,
    ...originOf(payload),
  };
}

function originOf(payload: JsonRecord): Pick<Thread, 'isSubAgent' | 'parentId' | 'nickname' | 'taskName' | 'role'> {
  const subagent = asRecord(payload['source'])?.['subagent'];
  const spawn = asRecord(asRecord(subagent)?.['thread_spawn']);
  const parentId = keyPart(payload['parent_thread_id']) ?? keyPart(spawn?.['parent_thread_id']);
  const taskName = asText(spawn?.['agent_path'])?.split('/').at(-1);
  const [nickname, role] = [asText(spawn?.['agent_nickname']), asText(spawn?.['agent_role'])];
  return {
    isSubAgent: subagent !== undefined || parentId !== undefined || payload['thread_source'] === 'subagent',
    ...(parentId === undefined ? {} : { parentId }),
    ...(nickname === undefined ? {} : { nickname }),
    ...(taskName === undefined || taskName === '' ? {} : { taskName }),
    ...(role === undefined ? {} : { role }),
  };
}
