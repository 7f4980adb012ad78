// The place of the PID file without PID_FILE, and the other places where a watcher of this user may have put it.

import { join } from 'node:path';
import { inspectPidFile, judgePidFile, type PidFileState, readPidFile } from './pid-file.ts';
import { lookAtProcess, ownUid } from './process-identity.ts';
import { defaultStateDir } from './state-dir.ts';

const NAME = 'status-watcher.pid';
const SERVICE_PLACE = join('/run/live-status', NAME); // the runtime directory of the systemd unit
/** The place of version 0.1 and of other status watchers; everybody may put a file there. */
export const OLD_PLACE = `/tmp/${NAME}`;

/** In `RUNTIME_DIRECTORY` of systemd (the first of its list) or `XDG_RUNTIME_DIR`, which are gone after a reboot, else in the state directory. */
export function defaultPidFile(env: NodeJS.ProcessEnv): string {
  const given = env['RUNTIME_DIRECTORY']?.split(':')[0];
  if (given) return join(given, NAME);
  const runtimeDir = env['XDG_RUNTIME_DIR'];
  return runtimeDir?.startsWith('/') ? join(runtimeDir, NAME) : inStateDir(env);
}

/** A PID file and who holds it. */
export interface Holding {
  readonly path: string;
  readonly state: PidFileState;
}

/**
 * Who holds the PID file at `path`, or the watcher of this user that put its file elsewhere: an earlier version, or one that cron started
 * with another `XDG_RUNTIME_DIR`. If PID_FILE names the file, only that file counts.
 */
export function findHolding(path: string, env: NodeJS.ProcessEnv): Holding {
  const own: Holding = { path, state: inspectPidFile(path) };
  if (env['PID_FILE']?.trim() || (own.state.kind !== 'absent' && own.state.kind !== 'stale')) return own;
  const others = otherPlaces(env).map((place): Holding => ({ path: place, state: inspectOwn(place) }));
  return others.find(({ state }) => state.kind === 'running' || state.kind === 'unverified') ?? own;
}

function otherPlaces(env: NodeJS.ProcessEnv): string[] {
  return [inStateDir(env), join('/run/user', String(ownUid()), NAME), SERVICE_PLACE, OLD_PLACE];
}

/** In a folder that everybody may write to, only a file of our own counts. */
function inspectOwn(path: string): PidFileState {
  const seen = readPidFile(path);
  return seen.kind === 'present' && seen.uid === ownUid() ? judgePidFile(seen, lookAtProcess) : { kind: 'absent' };
}

function inStateDir(env: NodeJS.ProcessEnv): string {
  return join(env['STATE_DIR']?.trim() || defaultStateDir(env), NAME);
}
