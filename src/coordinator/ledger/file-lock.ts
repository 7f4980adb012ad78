// The exclusive lock of the published writer, flock(2). Node has no such call: the `flock` program locks the open file it inherits,
// and the lock stays with that open file when the program has ended.

import { spawn } from 'node:child_process';
import { errorCode, errorText } from '../../core/error-code.ts';

/** `missing`: there is no `flock` program, or it cannot lock this file. */
export type Locked = { kind: 'locked' } | { kind: 'busy' } | { kind: 'missing'; because: string };

const INHERITED_FD = 3;
const BUSY_EXIT = 75;

/** Waits at most `waitSeconds` for the lock on the open file `fd`; closing `fd` releases it. Never rejects. */
export async function lockFile(fd: number, waitSeconds: number, program = 'flock'): Promise<Locked> {
  return new Promise((resolve) => {
    const args = ['-x', '-w', String(waitSeconds), '-E', String(BUSY_EXIT), String(INHERITED_FD)];
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore', fd] });
    child.once('error', (error) =>
      resolve({ kind: 'missing', because: errorCode(error) === 'ENOENT' ? `there is no program ${program}` : errorText(error) }),
    );
    child.once('exit', (code, signal) => {
      if (code === 0) resolve({ kind: 'locked' });
      else if (code === BUSY_EXIT) resolve({ kind: 'busy' });
      else resolve({ kind: 'missing', because: `${program} ended with ${signal ?? code}` });
    });
  });
}
