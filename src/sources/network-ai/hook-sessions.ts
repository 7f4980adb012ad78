// Says in the boxes of coding agents what the hook bridge decided about their calls. Their own sources emit these sessions. Pure.

import { setBounded } from '../../core/bounded-map.ts';
import type { HookLine } from './decode-hooks.ts';
import { hookCounts, hookSeverity } from './shared-notes.ts';
import type { Telling } from './told.ts';

/** The bridge is one for Claude Code, whose sessions have names of this form. */
const SESSION = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MAX_SESSIONS = 200;

/** `told`: the newest text for each session; afterwards these are in it. `taskOf`: the task that a session works at. */
export function hookTellings(
  lines: readonly HookLine[],
  told: Map<string, string>,
  taskOf: (sessionId: string) => string | undefined,
): { sessionKey: string; body: Telling['body'] }[] {
  const bySession = Map.groupBy(lines, ({ sessionId = '' }) => sessionId);
  return [...bySession].slice(-MAX_SESSIONS).flatMap(([sessionId, own]) => {
    const text = [`Hook bridge of Network-AI: ${hookCounts(own)}`, ...taskText(taskOf(sessionId))].join(' · ');
    if (!SESSION.test(sessionId) || told.get(sessionId) === text) return [];
    setBounded(told, sessionId, text, MAX_SESSIONS);
    return [
      {
        sessionKey: `claude-code:${sessionId}`,
        body: { type: 'noted', noteId: 'network-ai:hooks', text, severity: hookSeverity(own) } as const,
      },
    ];
  });
}

function taskText(taskId: string | undefined): string[] {
  return taskId === undefined ? [] : [`works at ${taskId}`];
}
