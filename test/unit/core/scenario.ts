// Builds event streams for tests of the reducer and the states: times are seconds after T0.

import type { SessionEvent } from '../../../src/core/event.ts';
import { reduce } from '../../../src/core/reduce.ts';
import type { Session, TurnTree } from '../../../src/core/session.ts';
import { statusOf } from '../../../src/core/status.ts';
import { introduced } from './introduced.ts';
import { treeOf } from '../../../src/core/tree.ts';

export const T0 = Date.UTC(2026, 10, 21, 2, 0, 0);
export const MAIN = 'agent:main:main';
export const CHILD = 'agent:main:subagent:c1';
export const LIMITS = { idleTimeoutMs: 60_000, maxDurationMs: 1_800_000 };

type Bare = SessionEvent extends infer E ? (E extends SessionEvent ? Omit<E, 'sessionKey' | 'at' | 'source' | 'namesRuns'> : never) : never;

/** One event `seconds` after T0 in the main session, or in another one. */
export function at(seconds: number, event: Bare, sessionKey = MAIN, source: SessionEvent['source'] = 'transcripts'): SessionEvent {
  return { ...event, ...(source === 'gateway' ? { namesRuns: true } : {}), sessionKey, source, at: T0 + seconds * 1000 };
}

export const asked = (seconds: number, id = `u${seconds}`): SessionEvent =>
  at(seconds, { type: 'turn_started', trigger: { kind: 'person' }, messageId: id });
export const said = (
  seconds: number,
  stop: 'tools' | 'stop' | 'error' | 'aborted' | 'length',
  text = 'text',
  id = `m${seconds}`,
): SessionEvent => at(seconds, { type: 'message', messageId: id, stop, text, ...(stop === 'error' ? { reason: 'HTTP 500' } : {}) });
export const called = (seconds: number, callId: string): SessionEvent =>
  at(seconds, { type: 'tool_started', callId, tool: 'exec', args: { command: 'ls' } });
export const answered = (seconds: number, callId: string, exitCode = 0): SessionEvent =>
  at(seconds, { type: 'tool_ended', callId, outcome: exitCode === 0 ? { kind: 'ok' } : { kind: 'failed', exitCode } });

/** The sessions after all events. */
export function fold(events: readonly SessionEvent[]): Map<string, Session> {
  const sessions = new Map<string, Session>();
  for (const event of events) sessions.set(event.sessionKey, reduce(sessions.get(event.sessionKey) ?? introduced(event.sessionKey), event));
  return sessions;
}

/** The tree of the main session's turn with this index (the last by default), as of `seconds`. */
export function treeAt(events: readonly SessionEvent[], seconds: number, index = -1): TurnTree {
  const sessions = fold(events);
  const session = sessions.get(MAIN);
  const turn = session?.turns.at(index);
  if (session === undefined || turn === undefined) throw new Error('the events made no turn');
  return treeOf(sessions, session, turn, T0 + seconds * 1000);
}

/** The state word of that turn, with `final` marked by a full stop. */
export function stateAt(events: readonly SessionEvent[], seconds: number, index = -1): string {
  const status = statusOf(treeAt(events, seconds, index), LIMITS);
  return status.final ? `${status.state}.` : status.state;
}
