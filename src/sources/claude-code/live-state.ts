// Decodes what a running Claude Code says about itself: `sessions/<pid>.json` and `jobs/<id>/state.json`. Pure.

import { asNumber, asRecord, asText, parseJson } from '../../core/json-guards.ts';
import { plausibleInstant } from '../coding-agents/plausible-instant.ts';
import { folderIn } from '../coding-agents/project.ts';

/** One process. Nothing but these fields is looked at: others of the file are private or secret. */
export interface LiveState {
  pid: number;
  /** As in field 22 of `/proc/<pid>/stat`. */
  procStart: string | undefined;
  /** In which machine and pid namespace the number counts. */
  pidDomain: string | undefined;
  sessionId: string;
  /** When the process began, in milliseconds since the epoch. */
  startedAt: number;
  status: 'idle' | 'busy' | 'waiting' | 'shell' | undefined;
  waitingFor: string | undefined;
  /** When the status was written, by the process's clock. */
  statusAt: number;
  /** What the person called the session; not what the program made up. */
  name: string | undefined;
  /** Where the program was started. */
  cwd: string | undefined;
}

/** A session in the background. `needs` says what it waits for. */
export interface JobState {
  sessionId: string;
  isBlocked: boolean;
  needs: string | undefined;
}

const STATUSES: ReadonlySet<string> = new Set(['idle', 'busy', 'waiting', 'shell']);

/** `undefined` for a file that is just being written: it is overwritten in place. */
export function decodeLiveState(text: string, writtenAt: number): LiveState | undefined {
  const raw = asRecord(parseJson(text));
  const [pid, sessionId] = [asNumber(raw?.['pid']), asText(raw?.['sessionId'])];
  if (raw === undefined || pid === undefined || !Number.isSafeInteger(pid) || pid <= 0 || sessionId === undefined) return undefined;
  const start = raw['procStart'];
  return {
    pid,
    procStart: typeof start === 'number' ? String(start) : asText(start),
    pidDomain: asText(raw['pidDomain']),
    sessionId,
    startedAt: plausibleInstant(asNumber(raw['startedAt'])) ?? 0,
    status: statusOf(raw['status']),
    waitingFor: asText(raw['waitingFor']),
    statusAt: plausibleInstant(asNumber(raw['statusUpdatedAt'])) ?? plausibleInstant(asNumber(raw['updatedAt'])) ?? writtenAt,
    name: raw['nameSource'] === 'user' ? asText(raw['name']) : undefined,
    cwd: folderIn(raw['cwd']),
  };
}

function statusOf(value: unknown): LiveState['status'] {
  const status = asText(value);
  return isStatus(status) ? status : undefined;
}

function isStatus(value: string | undefined): value is NonNullable<LiveState['status']> {
  return value !== undefined && STATUSES.has(value);
}

export function decodeJobState(text: string): JobState | undefined {
  const raw = asRecord(parseJson(text));
  const sessionId = asText(raw?.['sessionId']);
  if (raw === undefined || sessionId === undefined) return undefined;
  return { sessionId, isBlocked: raw['tempo'] === 'blocked', needs: asText(raw['needs']) };
}
