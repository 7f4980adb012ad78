// Says in the boxes of coding agents what the hook bridge decided about their calls. Their own sources emit these sessions. Pure.

import { setBounded } from '../../core/bounded-map.ts';
import { WORKS_ON } from '../../core/task-workers.ts';
import type { HookLine } from './decode-hooks.ts';
import { hookCounts, hookSeverity } from './shared-notes.ts';
import type { Telling } from './told.ts';

/** The bridge is one for Claude Code, whose sessions have names of this form. */
const PROGRAM = 'claude-code';
const SESSION = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MAX_SESSIONS = 200;

/** `told`: the newest text for each session; afterwards these are in it. */
export function hookTellings(lines: readonly HookLine[], told: Map<string, string>): { sessionKey: string; body: Telling['body'] }[] {
  const bySession = Map.groupBy(lines, ({ sessionId = '' }) => sessionId);
  return [...bySession].slice(-MAX_SESSIONS).flatMap(([sessionId, own]) => {
    const text = `Hook bridge of Network-AI: ${hookCounts(own)}`;
    if (!SESSION.test(sessionId) || told.get(sessionId) === text) return [];
    setBounded(told, sessionId, text, MAX_SESSIONS);
    return [
      {
        sessionKey: keyOf(sessionId),
        body: { type: 'noted', noteId: 'network-ai:hooks', text, severity: hookSeverity(own) } as const,
      },
    ];
  });
}

/**
 * For `core/task-workers.ts`: which session works on which task, by what the heartbeats of its agents say, and that it has left the one
 * before. A session stays with the task that was `told` of it as long as one of its agents works on that.
 */
export function workTellings(
  lines: readonly HookLine[],
  told: Map<string, string>,
  taskOf: (agent: string) => string | undefined,
): { taskId: string; body: Telling['body'] }[] {
  const bySession = Map.groupBy(lines, ({ sessionId = '' }) => sessionId);
  return [...bySession].slice(-MAX_SESSIONS).flatMap(([sessionId, own]) => {
    const tasks = own.flatMap(({ agent = '' }) => taskOf(agent) ?? []);
    const [taskId, before] = [tasks.at(-1), told.get(sessionId)];
    if (taskId === undefined || !SESSION.test(sessionId) || (before !== undefined && tasks.includes(before))) return [];
    setBounded(told, sessionId, taskId, MAX_SESSIONS);
    return [...(before === undefined ? [] : [workTelling(before, '', sessionId)]), workTelling(taskId, PROGRAM, sessionId)];
  });
}

function workTelling(taskId: string, program: string, sessionId: string): { taskId: string; body: Telling['body'] } {
  return { taskId, body: { type: 'observed', what: WORKS_ON, facts: { taskId, program, session: keyOf(sessionId) } } };
}

function keyOf(sessionId: string): string {
  return `${PROGRAM}:${sessionId}`;
}
