// Says who holds the PID file when a command cannot go on, and with which exit code it ends.

import type { Holder } from '../process/pid-claim.ts';
import { exitCodes } from '../process/exit-codes.ts';

/** One or two sentences for people, with the cure. */
export function describeHolder(holder: Holder, path: string): string {
  switch (holder.kind) {
    case 'running':
      return `live-status is already running (pid ${holder.record.pid}). Stop it with live-status stop, or set another PID_FILE for a second one.`;
    case 'unverified':
      return `The PID file ${path} may belong to a running watcher: ${holder.why}. Stop that one first; if it is no watcher, remove the file.`;
    case 'refused':
      return `The PID file cannot be used: ${holder.why}. Set PID_FILE to a path in a directory of your own.`;
    default:
      return holder satisfies never;
  }
}

/** The exit code for a command that wanted to run a daemon. */
export function holderExitCode(holder: Holder): number {
  return holder.kind === 'refused' ? exitCodes.cannotCreate : exitCodes.alreadyRunning;
}
