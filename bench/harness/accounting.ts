// What the operating system has counted for a process since its start, read from /proc: Linux only.

import { readdirSync, readFileSync } from 'node:fs';
import { monotonicMs } from './monotonic.ts';

export interface Account {
  atMs: number;
  /** On processors, all threads together. */
  cpuMs: number;
  /** How often a thread gave up the processor and waited: once for each time it is woken. */
  wakeUps: number;
  /** What read calls gave back, from files and sockets. */
  readBytes: number;
  rssMiB: number;
  peakMiB: number;
}

const NS_PER_MS = 1e6;
const KIB_PER_MIB = 1_024;

export function accountOf(pid: number): Account {
  const tasks = readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}`);
  const sum = (valueOf: (task: string) => number): number => tasks.reduce((total, task) => total + valueOf(task), 0);
  const status = `/proc/${pid}/status`;
  return {
    atMs: monotonicMs(),
    cpuMs: sum((task) => Number(readOf(`${task}/schedstat`).split(' ')[0])) / NS_PER_MS,
    wakeUps: sum((task) => numberIn(`${task}/status`, 'voluntary_ctxt_switches')),
    readBytes: numberIn(`/proc/${pid}/io`, 'rchar'),
    rssMiB: numberIn(status, 'VmRSS') / KIB_PER_MIB,
    peakMiB: numberIn(status, 'VmHWM') / KIB_PER_MIB,
  };
}

/** What was used between two accounts, by time. */
export function rateOf(before: Account, after: Account): { corePercent: number; wakeUpsPerSecond: number; cpuMs: number; seconds: number } {
  const ms = after.atMs - before.atMs;
  const cpuMs = after.cpuMs - before.cpuMs;
  return { cpuMs, seconds: ms / 1_000, corePercent: (100 * cpuMs) / ms, wakeUpsPerSecond: (1_000 * (after.wakeUps - before.wakeUps)) / ms };
}

/** A thread may end while its figures are read. */
function readOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '0';
  }
}

function numberIn(path: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readOf(path))?.[1] ?? 0);
}
