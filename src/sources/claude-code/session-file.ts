// What is remembered of the file of a session or of a sub-agent.

import { type FollowedFile, newFile } from '../../files/followed-file.ts';
import type { Fact } from './session-facts.ts';

/** A file, with whose it is. */
export interface SessionFile extends FollowedFile<Fact> {
  readonly agentId: string | undefined;
  /** Of a sub-agent of an old version only its lines tell. */
  sessionId: string | undefined;
  /** Appeared while we watched: it may begin with copied lines. */
  readonly isNew: boolean;
  /** Another sign shows that it matters, however old it is. */
  isWanted: boolean;
  /** The folder that the session began in. */
  home?: string;
}

export function recordOf(path: string, { agentId, sessionId, isNew }: Pick<SessionFile, 'agentId' | 'sessionId' | 'isNew'>): SessionFile {
  return { ...newFile(path), agentId, sessionId, isNew, isWanted: false };
}

/** Names a session, or a sub-agent of it. */
export function idOf(sessionId: string, agentId: string | undefined): string {
  return agentId === undefined ? sessionId : `${sessionId}/${agentId}`;
}
