// What is remembered of one transcript, and the pure rule where to begin with it.

import { basename } from 'node:path';
import { asList, asNumber, asRecord, asText } from '../../../core/json-guards.ts';
import type { Folder } from './discover.ts';
import { sessionIdOf } from './file-name.ts';
import { FINGERPRINT_BYTES, type Fingerprint } from '../../../files/fingerprint.ts';
import type { Follower, FollowStart, TailCheckpoint } from './follow.ts';
import type { FileIdentity } from '../../../files/open-file.ts';

/** A tail's checkpoint together with the session it was told under. Plain data. */
export interface TranscriptCheckpoint extends TailCheckpoint {
  sessionKey: string;
  /** What had been added to its instants. */
  lagMs?: number;
}

/** One transcript in a sessions folder. Most are old and only remembered by their `stat`. */
export interface TranscriptRecord {
  readonly path: string;
  /** The sessions folder it lies in. */
  readonly folder: string;
  readonly name: string;
  readonly agentId: string;
  /** By its name; the header inside may carry another one. */
  readonly sessionId: string;
  /** Changes with every change of the file that was seen by `stat`. */
  version: string;
  size: number;
  /** The session it is told under; fixed for a turn. */
  key?: string;
  /** When the first read was put off because no index names the session, by the monotonic clock. */
  unnamedSince?: number;
  /** Present while the file is in use. */
  follower?: Follower;
  checkpoint?: TailCheckpoint;
  /** Why its last turn is of interest although it is old: something says that it is at work, or a session it spawned is. */
  interest: Interest;
  /** By the monotonic clock. */
  lastLinesAt: number;
}

export type Interest = 'none' | 'live' | 'child';

/** The sessions folder a transcript lies in. */
export type Place = Pick<Folder, 'path' | 'agentId'>;

/** A transcript nothing is known about but its name. */
export function newRecord(path: string, folder: Place): TranscriptRecord {
  const name = basename(path);
  return {
    path,
    folder: folder.path,
    name,
    agentId: folder.agentId,
    sessionId: sessionIdOf(name),
    version: '',
    size: 0,
    interest: 'none',
    lastLinesAt: 0,
  };
}

/** Sessions that were active this recently are read when the watcher starts; boxes of older turns are closed. */
export const RECENT_MS = 10 * 60_000;
const MAX_CATCH_UP_BYTES = 16 * 1024 * 1024;
const MAX_TURN_BYTES = 4 * 1024 * 1024;

/**
 * Where to begin with a transcript that is seen for the first time; `undefined`: it is old, a look at its `stat` was enough.
 * - Made while we watch: all of it.
 * - Already there and recent: its last turn, looked for in the last 16 MiB.
 */
export function firstStart(file: FileIdentity, situation: { isNew: boolean; now: number }): FollowStart | undefined {
  const from = Math.max(0, file.size - MAX_CATCH_UP_BYTES);
  const isRecent = situation.now - file.mtimeMs < RECENT_MS;
  if (situation.isNew && isRecent) return from === 0 ? { kind: 'all' } : { kind: 'last_turn', from, keepFrom: from };
  return isRecent ? { kind: 'last_turn', from, keepFrom: file.size } : undefined;
}

/**
 * Where to begin with a transcript that was at rest and has changed: where it was left, else what is new and the turn it belongs to,
 * looked for in the last 4 MiB before.
 */
export function laterStart(record: Pick<TranscriptRecord, 'checkpoint' | 'size'>): FollowStart {
  if (record.checkpoint !== undefined) return { kind: 'resume', checkpoint: record.checkpoint };
  return { kind: 'last_turn', from: Math.max(0, record.size - MAX_TURN_BYTES), keepFrom: record.size };
}

/** A checkpoint as it was stored; `undefined` for anything else, which is then read as if for the first time. */
export function decodeCheckpoint(value: unknown): TranscriptCheckpoint | undefined {
  const raw = asRecord(value);
  const [dev, ino, offset, sessionKey] = [
    asText(raw?.['dev']),
    asText(raw?.['ino']),
    asNumber(raw?.['offset']),
    asText(raw?.['sessionKey']),
  ];
  const [before, head] = [decodeFingerprint(raw?.['before']), decodeFingerprint(raw?.['head'])];
  if (raw === undefined || dev === undefined || ino === undefined || offset === undefined || sessionKey === undefined) return undefined;
  if (before === undefined || head === undefined || offset < before.length) return undefined;
  const ids = asList(raw['ids']).flatMap((id) => asText(id) ?? []);
  return {
    dev,
    ino,
    offset,
    skipping: raw['skipping'] === true,
    before,
    head,
    ids,
    idsAreAll: raw['idsAreAll'] === true,
    sessionKey,
    lagMs: asNumber(raw['lagMs']) ?? 0,
  };
}

function decodeFingerprint(value: unknown): Fingerprint | undefined {
  const raw = asRecord(value);
  const length = asNumber(raw?.['length']);
  const hash = raw?.['hash'];
  return length !== undefined && length >= 0 && length <= FINGERPRINT_BYTES && typeof hash === 'string' ? { length, hash } : undefined;
}
