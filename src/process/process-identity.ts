// Reads the owner and the start of a process from the system, so that we do not take a recycled pid for ours.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { errorCode } from '../core/error-code.ts';

/** `hidden`: it exists, but this user may not see its owner. `startMark` is opaque and differs between two processes of one pid. */
export type ProcessSeen =
  | { readonly kind: 'gone' }
  | { readonly kind: 'hidden' }
  | { readonly kind: 'alive'; readonly uid: number; readonly startMark: string };

/** Our own user id; a system without users has one for all. */
export function ownUid(): number {
  return process.getuid?.() ?? 0;
}

/** The pid namespace: every container has its own. Empty when unknown. */
export function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Checks once. A process that has ended counts as gone, even before its parent has collected it. */
export function lookAtProcess(pid: number): ProcessSeen {
  const seen = existsSync('/proc/self/stat') ? lookInProc(pid) : askPs(pid);
  return seen ?? (exists(pid) ? { kind: 'hidden' } : { kind: 'gone' });
}

// proc(5): the name in parentheses may contain anything, so count fields from the last parenthesis: state is field 3, starttime field 22.
function lookInProc(pid: number): ProcessSeen | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startTicks = fields[22 - 3];
    if (startTicks === undefined) return undefined;
    return fields[0] === 'Z' || fields[0] === 'X'
      ? { kind: 'gone' }
      : { kind: 'alive', uid: statSync(`/proc/${pid}`).uid, startMark: startMark(startTicks) };
  } catch {
    return undefined;
  }
}

// Ticks are counted from the boot, and after a reboot the same pid may start at the same tick.
function startMark(startTicks: string): string {
  return `${startTicks}@${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`;
}

function askPs(pid: number): ProcessSeen | undefined {
  try {
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    const row = execFileSync('ps', ['-o', 'uid=,stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [uid = '', state = '', ...started] = row.trim().split(/\s+/);
    if (!/^\d+$/.test(uid) || started.length === 0) return undefined;
    return state.startsWith('Z') ? { kind: 'gone' } : { kind: 'alive', uid: Number(uid), startMark: started.join('_') };
  } catch {
    return undefined;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
