// Sessions as OpenClaw's sources introduce them, for tests whose events begin in the middle.

import type { SessionEvent } from '../../../src/core/event.ts';
import { newSession, reduce } from '../../../src/core/reduce.ts';
import type { Session } from '../../../src/core/session.ts';
import { agentIdOf, formOf } from '../../../src/sources/openclaw/decoding/session-key.ts';

/** What a source says before anything else of the session with this key. */
export function introduction(sessionKey: string, at = 0, source = 'transcripts'): SessionEvent {
  return { type: 'session_seen', sessionKey, at, source, agentId: agentIdOf(sessionKey) ?? 'main', ...formOf(sessionKey) };
}

/** A session of which nothing happened yet. */
export function introduced(sessionKey: string): Session {
  return reduce(newSession(sessionKey), introduction(sessionKey));
}
