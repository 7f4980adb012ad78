// What is stored of one session file, so that a later process reads on where this one stopped.

import { sep } from 'node:path';
import { asRecord, asText } from '../../core/json-guards.ts';
import { decodeCheckpoint } from '../../files/followed-file.ts';
import type { TailCheckpoint } from '../../files/follower.ts';

/** What survives a restart. Plain data. */
export interface SessionCheckpoint extends TailCheckpoint {
  sessionId?: string;
  home?: string;
}

/** Decodes a stored checkpoint; `undefined` for anything else. Such a file is read as if for the first time. */
function decodeSessionCheckpoint(value: unknown): SessionCheckpoint | undefined {
  const raw = asRecord(value);
  const tail = decodeCheckpoint(raw);
  const [sessionId, home] = [asText(raw?.['sessionId']), asText(raw?.['home'])];
  return tail === undefined
    ? undefined
    : { ...tail, ...(sessionId === undefined ? {} : { sessionId }), ...(home === undefined ? {} : { home }) };
}

/** The stored checkpoints of files below this folder, by path. */
export function checkpointsBelow(root: string, checkpoints: ReadonlyMap<string, unknown>): [string, SessionCheckpoint][] {
  return [...checkpoints].flatMap(([path, value]) => {
    const checkpoint = path.startsWith(root + sep) ? decodeSessionCheckpoint(value) : undefined;
    return checkpoint === undefined ? [] : [[path, checkpoint]];
  });
}
