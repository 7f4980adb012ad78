// What is remembered of one transcript.

import { basename, dirname } from 'node:path';
import { asNumber, asRecord, asText } from '../../../core/json-guards.ts';
import { decodeCheckpoint, type FollowedFile, newFile } from '../../../files/followed-file.ts';
import type { TailCheckpoint } from '../../../files/follower.ts';
import type { DecodedEvent } from '../decoding/decoded-event.ts';
import type { Folder } from './sessions-folders.ts';
import { sessionIdOf } from './file-name.ts';

/** A tail's checkpoint together with the key of its session. Plain data. */
export interface TranscriptCheckpoint extends TailCheckpoint {
  sessionKey: string;
  /** What was added to its instants. */
  lagMs?: number;
}

/** One transcript in a sessions folder. */
export interface TranscriptRecord extends FollowedFile<DecodedEvent> {
  readonly folder: string;
  readonly name: string;
  readonly agentId: string;
  /** From the name of the file; the header in it may have another one. */
  readonly sessionId: string;
  /** The key under which its events are emitted; fixed during a turn. */
  key?: string;
  /** When the first read was put off because no index names the session, by the monotonic clock. */
  unnamedSince?: number;
  /** Why its last turn is of interest although it is old: a sign shows that it, or a session it spawned, is at work. */
  interest: Interest;
}

export type Interest = 'none' | 'live' | 'child';

/** The sessions folder of a transcript. */
export type Place = Pick<Folder, 'agentId'>;

/** A transcript of which only the name is known. */
export function newRecord(path: string, { agentId }: Place): TranscriptRecord {
  const name = basename(path);
  return { ...newFile(path), folder: dirname(path), name, agentId, sessionId: sessionIdOf(name), interest: 'none' };
}

/** Decodes a stored checkpoint; `undefined` for anything else. Such a file is read as if for the first time. */
export function decodeTranscriptCheckpoint(value: unknown): TranscriptCheckpoint | undefined {
  const raw = asRecord(value);
  const [tail, sessionKey] = [decodeCheckpoint(raw), asText(raw?.['sessionKey'])];
  return tail === undefined || sessionKey === undefined ? undefined : { ...tail, sessionKey, lagMs: asNumber(raw?.['lagMs']) ?? 0 };
}
