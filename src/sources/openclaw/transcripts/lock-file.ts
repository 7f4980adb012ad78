// Reads a transcript's write lock and decides whether it is a sign of life.

import { existsSync, readFileSync } from 'node:fs';
import { asNumber, asRecord, asText, parseJson } from '../../../core/json-guards.ts';
import { type Root, withRegular } from '../../../files/open-file.ts';
import { readAt } from '../../../files/read-at.ts';

/** The content of a `.jsonl.lock`. Its age counts from `createdAt`, else from when the file was written. */
export interface Lock {
  pid: number | undefined;
  createdAt: number;
  /** 2026.7: how long its owner will hold it at most. */
  maxHoldMs: number | undefined;
  /** 2026.7: when the owner started, in clock ticks since boot, like field 22 of `/proc/<pid>/stat`. */
  starttime: string | undefined;
}

/** The process with the lock's pid, as this machine sees it. `unknowable` where there is no `/proc`. */
export type ProcessSight = { kind: 'unknowable' } | { kind: 'missing' } | { kind: 'present'; starttime: string; looksLikeGateway: boolean };

/**
 * Whose pids are in lock files. `same`: ours. `foreign`: those of another container or machine. `auto`: to be found out. A pid that is
 * clearly the gateway's proves `same`; a missing one proves nothing.
 */
export type PidNamespace = 'same' | 'foreign' | 'auto';

/**
 * How far a lock is trusted. `alive`: its owner runs. `aged`: trusted until `until`, because nothing better is known. `dead`: its owner
 * crashed. `stale`: too old to mean anything.
 */
export type LockTrust = { kind: 'alive' } | { kind: 'aged'; until: number } | { kind: 'dead' } | { kind: 'stale' };

const MAX_LOCK_BYTES = 4096;
const MAX_HOLD_MS = 2 * 60 * 60_000; // 2026.2 states no limit; no longer run was seen

/** The lock at `path`; `undefined` when there is none. One that is empty or invalid has only an age. */
export async function readLock(path: string, root: Root): Promise<Lock | undefined> {
  try {
    return await withRegular({ path, root }, (opened) => {
      if (opened.kind === 'refused') return undefined;
      const bytes = readAt(opened.fd, 0, Math.min(opened.identity.size, MAX_LOCK_BYTES));
      return decodeLock(bytes.toString('utf8'), opened.identity.mtimeMs);
    });
  } catch {
    return undefined;
  }
}

/** `createdAt` is an ISO date or milliseconds since the epoch. */
export function decodeLock(content: string, writtenAt: number): Lock {
  const raw = asRecord(parseJson(content));
  const created = raw?.['createdAt'];
  const createdAt = typeof created === 'string' ? Date.parse(created) : (asNumber(created) ?? Number.NaN);
  const pid = asNumber(raw?.['pid']);
  const starttime = asNumber(raw?.['starttime']) ?? asText(raw?.['starttime']);
  return {
    pid: pid !== undefined && Number.isSafeInteger(pid) && pid > 0 ? pid : undefined,
    createdAt: Number.isNaN(createdAt) ? writtenAt : createdAt,
    maxHoldMs: asNumber(raw?.['maxHoldMs']),
    starttime: starttime === undefined ? undefined : String(starttime),
  };
}

/** What `/proc` says about a pid. Our own pid proves nothing: in two containers both processes may have the same one. */
export function processSight(pid: number): ProcessSight {
  if (pid === process.pid) return { kind: 'unknowable' };
  try {
    const [stat, commandLine] = [readFileSync(`/proc/${pid}/stat`, 'latin1'), readFileSync(`/proc/${pid}/cmdline`, 'latin1')];
    // The name in parentheses may contain spaces and parentheses; field 3 follows its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { kind: 'present', starttime: fields[19] ?? '', looksLikeGateway: isGateway(commandLine) };
  } catch {
    return { kind: existsSync('/proc/self/stat') ? 'missing' : 'unknowable' };
  }
}

// Our own commands run on Node, too. In two containers one of them may have the gateway's pid.
function isGateway(commandLine: string): boolean {
  if (/live-status(?:\0|$|\/dist)/.test(commandLine)) return false;
  const program = commandLine.split('\0')[0]?.replace(/^.*\//, '') ?? '';
  return /^(?:node|nodejs|bun|MainThread)\b/.test(program) || commandLine.includes('openclaw');
}

/** How far a lock is trusted at `now`, in milliseconds since the epoch. Pure. */
export function trustIn(lock: Lock, sight: ProcessSight, namespace: PidNamespace, now: number): LockTrust {
  const until = lock.createdAt + (lock.maxHoldMs ?? MAX_HOLD_MS);
  const byAge: LockTrust = until > now ? { kind: 'aged', until } : { kind: 'stale' };
  if (namespace === 'foreign' || sight.kind === 'unknowable' || lock.pid === undefined) return byAge;
  if (sight.kind === 'present' && isOwner(lock, sight)) return { kind: 'alive' };
  return namespace === 'same' ? { kind: 'dead' } : byAge;
}

function isOwner(lock: Lock, sight: Extract<ProcessSight, { kind: 'present' }>): boolean {
  return lock.starttime === undefined ? sight.looksLikeGateway : lock.starttime === sight.starttime;
}
