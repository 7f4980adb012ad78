// Commands that let a program see no other process, as in a container.

import { spawnSync } from 'node:child_process';

/** Goes in front of a command: its processes are numbered anew, and it sees none but its own. */
export const OWN_PROCESSES = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'] as const;

/** Goes in front of a command, which then sees no process of another user, though it is root. */
export const HIDDEN_PROC = [
  'unshare',
  '--mount',
  'sh',
  '-ec',
  'mount -t proc -o hidepid=2 proc /proc; exec setpriv --bounding-set=-sys_ptrace --regid=65533 --clear-groups "$@"',
  'sh',
] as const;

/** Whether this user may do so: root, where the kernel lets it. */
export const canHideProcesses = [OWN_PROCESSES, HIDDEN_PROC].every(
  ([program, ...args]) => spawnSync(program, [...args, 'true']).status === 0,
);
