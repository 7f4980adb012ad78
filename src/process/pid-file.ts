// Reads a PID file and finds out who holds it. pid-claim.ts claims and removes it.

import { spawnSync } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { errorCode, errorText } from '../core/error-code.ts';
import { lookAtProcess, pidNamespace, type ProcessSeen } from './process-identity.ts';

/**
 * The content of a PID file, one per line: the pid, the mark of its start, the address of its health (`-` for none), and the pid
 * namespace in which the pid counts (empty when unknown).
 */
export interface PidRecord {
  readonly pid: number;
  readonly startMark: string;
  readonly healthUrl: string | undefined;
  readonly namespace: string;
}

/**
 * What is at the path. `text` is the whole content, to recognise the same file again. `elsewhere`: its pid counts in another container,
 * which we cannot inspect; the lock shows whether its process still runs.
 */
export type PidFileSeen =
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly why: string }
  | {
      readonly kind: 'present';
      readonly text: string;
      readonly uid: number;
      readonly record: PidRecord | undefined;
      readonly elsewhere?: 'locked' | 'free';
    };

/** Who holds the PID file; `uid` owns the file. `unverified`: a process with that pid runs, but nothing proves that it is ours. We never signal it. */
export type PidFileState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'stale'; readonly pid: number | undefined; readonly why: string; readonly text: string }
  | { readonly kind: 'unverified'; readonly pid: number; readonly why: string }
  | { readonly kind: 'running'; readonly record: PidRecord; readonly uid: number };

const MAX_BYTES = 1_024; // Our files have about a hundred bytes; a wrong path may point to any file.

/** Reads the PID file without following a link. */
export function readPidFile(path: string): PidFileSeen {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = fstatSync(file);
    if (!stat.isFile()) return { kind: 'refused', why: `${path} is not a regular file` };
    const bytes = Buffer.alloc(MAX_BYTES);
    const text = bytes.toString('utf8', 0, readSync(file, bytes));
    const record = decodeRecord(text);
    const isElsewhere = record !== undefined && record.namespace !== '' && record.namespace !== pidNamespace();
    return { kind: 'present', text, uid: stat.uid, record, ...(isElsewhere ? { elsewhere: lockNow(file) ? 'free' : 'locked' } : {}) };
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? { kind: 'absent' } : { kind: 'refused', why: whyNot(path, error) };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Decides who holds the file. Calls `look` only for the recorded pid. */
export function judgePidFile(seen: PidFileSeen, look: (pid: number) => ProcessSeen): PidFileState {
  if (seen.kind !== 'present') return seen;
  const { record, text, uid, elsewhere } = seen;
  if (elsewhere === 'locked') return { kind: 'unverified', pid: record?.pid ?? 0, why: 'a process of another container holds it' };
  if (elsewhere === 'free') return { kind: 'stale', pid: record?.pid, why: 'its process in another container has ended', text };
  if (!record) return { kind: 'stale', pid: undefined, why: 'its content is damaged', text };
  const found = look(record.pid);
  switch (found.kind) {
    case 'gone':
      return { kind: 'stale', pid: record.pid, why: `process ${record.pid} has ended`, text };
    case 'hidden':
      return { kind: 'unverified', pid: record.pid, why: `process ${record.pid} belongs to another user` };
    case 'alive':
      if (record.startMark === '')
        return {
          kind: 'unverified',
          pid: record.pid,
          why: `the file does not say when process ${record.pid} started, so that may be any program`,
        };
      if (found.startMark !== record.startMark)
        return { kind: 'stale', pid: record.pid, why: `process ${record.pid} is another program that got the number later`, text };
      return found.uid === uid
        ? { kind: 'running', record, uid }
        : { kind: 'unverified', pid: record.pid, why: `the file and process ${record.pid} belong to different users` };
    default:
      return found satisfies never;
  }
}

/** Who holds the PID file now. */
export function inspectPidFile(path: string): PidFileState {
  return judgePidFile(readPidFile(path), lookAtProcess);
}

function whyNot(path: string, error: unknown): string {
  if (errorCode(error) === 'ELOOP') return `${path} is a symbolic link, which is never followed`;
  return `${path} cannot be read: ${errorText(error)}`;
}

/** The text form of a record that `decodeRecord` reads. */
export function encodeRecord(record: PidRecord): string {
  return `${record.pid}\n${record.startMark}\n${record.healthUrl ?? '-'}\n${record.namespace}\n`;
}

// Older watchers wrote only the pid. For kill(2) a pid of 0 would mean our own process group.
function decodeRecord(text: string): PidRecord | undefined {
  const [pid = '', startMark = '', health = '', namespace = ''] = text.split('\n').map((line) => line.trim());
  if (!/^[1-9]\d{0,9}$/.test(pid)) return undefined;
  return { pid: Number(pid), startMark, namespace, healthUrl: health.startsWith('http://') && URL.canParse(health) ? health : undefined };
}

const INHERITED_FD = 3;
const HELD_BY_ANOTHER = 1; // exit code of flock(1)

/**
 * Locks the open file until it is closed, also for other containers. False when another process has the lock. Node has no such call, so the
 * `flock` program locks the file that it inherits. Without that program nobody is kept away.
 */
export function lockNow(file: number): boolean {
  const { status } = spawnSync('flock', ['--nonblock', '--exclusive', String(INHERITED_FD)], {
    stdio: ['ignore', 'ignore', 'ignore', file],
  });
  return status !== HELD_BY_ANOTHER;
}
