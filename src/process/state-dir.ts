// The state directory: where it is by default, and whether it can be used.

import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { errorText } from '../core/error-code.ts';
import { ownUid } from './process-identity.ts';

const NAME = 'live-status';
const PRIVATE_MODE = 0o700;

/** `STATE_DIRECTORY` of systemd (the first of its list), else the user's state home (XDG base directories). */
export function defaultStateDir(env: NodeJS.ProcessEnv): string {
  const given = env['STATE_DIRECTORY']?.split(':')[0];
  if (given) return given;
  const stateHome = env['XDG_STATE_HOME'];
  return stateHome?.startsWith('/') ? join(stateHome, NAME) : join(env['HOME'] || homedir(), '.local', 'state', NAME);
}

/** Usable, perhaps with a warning for the operator; or unusable, with the problem. Both are sentences. */
export type StateDirCheck = { readonly usable: true; readonly warning?: string } | { readonly usable: false; readonly problem: string };

/**
 * Creates a missing directory with mode 0700. It never changes an existing one: that may be shared by mistake (`STATE_DIR=/tmp`), and
 * locking everybody else out would be worse than a warning.
 */
export function prepareStateDir(path: string): StateDirCheck {
  try {
    mkdirSync(path, { recursive: true, mode: PRIVATE_MODE });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    const warning = exposureOf(path);
    return warning === undefined ? { usable: true } : { usable: true, warning };
  } catch (error) {
    return { usable: false, problem: `The state directory ${path} cannot be used: ${errorText(error)}` };
  }
}

/** Says who else can read or change the files there, and names the cure. */
function exposureOf(path: string): string | undefined {
  const { mode, uid } = statSync(path);
  const shown = (mode & 0o777).toString(8);
  if (uid !== ownUid())
    return `The state directory ${path} belongs to another user (uid ${uid}), who can read and change it; set STATE_DIR to one of your own.`;
  if ((mode & 0o077) === 0) return undefined;
  return `The state directory ${path} is open to other users (mode ${shown}); make it private with chmod 700.`;
}
