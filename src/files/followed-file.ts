// What is remembered of one file, and the rule for where to begin reading it. Pure.

import { asList, asNumber, asRecord, asText } from '../core/json-guards.ts';
import type { FileLook } from './file-checks.ts';
import { FINGERPRINT_BYTES, type Fingerprint } from './fingerprint.ts';
import type { Follower, FollowStart, TailCheckpoint } from './follower.ts';

/** One file of a source. Most files are old, and only their `stat` is kept. A source adds fields of its own. */
export interface FollowedFile<Event extends { at: number }> {
  readonly path: string;
  /** As it was when it was looked at last. */
  seen?: FileLook;
  size: number;
  /** Present while the file is in use. */
  follower?: Follower<Event>;
  /** How far it was read; `undefined` for a file that was never read. */
  checkpoint?: TailCheckpoint;
  /** By the monotonic clock. */
  lastLinesAt: number;
}

/** A file of which only the path is known. */
export function newFile(path: string): FollowedFile<never> {
  return { path, size: 0, lastLinesAt: 0 };
}

/** Files that were written this recently are read at the start. A file that is idle for longer is closed. */
export const RECENT_MS = 10 * 60_000;
const MAX_CATCH_UP_BYTES = 16 * 1024 * 1024;
const MAX_OPENED_BYTES = 4 * 1024 * 1024;

/**
 * Where to begin with a file that is seen for the first time; `undefined` for an old one, which is not read.
 * - Created while we watch: all of it.
 * - Already there and recent: from what was opened last, searched in the last 16 MiB.
 */
export function firstStart(file: Pick<FileLook, 'size' | 'mtimeMs'>, situation: { isNew: boolean; now: number }): FollowStart | undefined {
  const from = Math.max(0, file.size - MAX_CATCH_UP_BYTES);
  const isRecent = situation.now - file.mtimeMs < RECENT_MS;
  if (situation.isNew && isRecent) return from === 0 ? { kind: 'all' } : { kind: 'last_opened', from, keepFrom: from };
  return isRecent ? { kind: 'last_opened', from, keepFrom: file.size } : undefined;
}

/**
 * Where to begin with a file that was at rest and has changed: where reading stopped. Without a checkpoint: with what is new, and with
 * what was opened last before that, searched in the last 4 MiB.
 */
export function laterStart({ checkpoint, size }: { checkpoint?: TailCheckpoint; size: number }): FollowStart {
  if (checkpoint !== undefined) return { kind: 'resume', checkpoint };
  return { kind: 'last_opened', from: Math.max(0, size - MAX_OPENED_BYTES), keepFrom: size };
}

/** Decodes a stored checkpoint; `undefined` for anything else. Such a file is read as if for the first time. */
export function decodeCheckpoint(value: unknown): TailCheckpoint | undefined {
  const raw = asRecord(value);
  const [dev, ino, offset] = [asText(raw?.['dev']), asText(raw?.['ino']), asNumber(raw?.['offset'])];
  const [before, head] = [decodeFingerprint(raw?.['before']), decodeFingerprint(raw?.['head'])];
  if (raw === undefined || dev === undefined || ino === undefined || offset === undefined) return undefined;
  if (before === undefined || head === undefined || offset < before.length) return undefined;
  const ids = asList(raw['ids']).flatMap((id) => asText(id) ?? []);
  return { dev, ino, offset, skipping: raw['skipping'] === true, before, head, ids, idsAreAll: raw['idsAreAll'] === true };
}

function decodeFingerprint(value: unknown): Fingerprint | undefined {
  const raw = asRecord(value);
  const length = asNumber(raw?.['length']);
  const hash = raw?.['hash'];
  return length !== undefined && length >= 0 && length <= FINGERPRINT_BYTES && typeof hash === 'string' ? { length, hash } : undefined;
}
