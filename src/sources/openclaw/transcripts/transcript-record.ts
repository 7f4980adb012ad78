// What is remembered of one transcript.

import { asNumber, asRecord, asText } from '../../../core/json-guards.ts';
import { decodeCheckpoint, type FollowedFile, newFile } from '../../../files/followed-file.ts';
import type { TailCheckpoint } from '../../../files/follower.ts';
import type { DecodedEvent } from '../decoding/decoded-event.ts';
import type { Folder } from './sessions-folders.ts';
import { sessionIdOf } from './file-name.ts';

/** A tail's checkpoint together with the session it was told under. Plain data. */
export interface TranscriptCheckpoint extends TailCheckpoint {
  sessionKey: string;
  /** What had been added to its instants. */
  lagMs?: number;
}

/** One transcript in a sessions folder. */
export interface TranscriptRecord extends FollowedFile<DecodedEvent> {
  readonly agentId: string;
  /** By its name; the header inside may carry another one. */
  readonly sessionId: string;
  /** The session it is told under; fixed for a turn. */
  key?: string;
  /** When the first read was put off because no index names the session, by the monotonic clock. */
  unnamedSince?: number;
  /** Why its last turn is of interest although it is old: something says that it is at work, or a session it spawned is. */
  interest: Interest;
}

export type Interest = 'none' | 'live' | 'child';

/** The sessions folder a transcript lies in. */
export type Place = Pick<Folder, 'agentId'>;

/** A transcript nothing is known about but its name. */
export function newRecord(path: string, { agentId }: Place): TranscriptRecord {
  const file = newFile(path);
  return { ...file, agentId, sessionId: sessionIdOf(file.name), interest: 'none' };
}

/** A checkpoint as it was stored; `undefined` for anything else, which is then read as if for the first time. */
export function decodeTranscriptCheckpoint(value: unknown): TranscriptCheckpoint | undefined {
  const raw = asRecord(value);
  const [tail, sessionKey] = [decodeCheckpoint(raw), asText(raw?.['sessionKey'])];
  return tail === undefined || sessionKey === undefined ? undefined : { ...tail, sessionKey, lagMs: asNumber(raw?.['lagMs']) ?? 0 };
}
