// Reads the environment file: settings that need not be exported by hand, for the hook and for every command.

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { errorCode, errorText } from '../core/error-code.ts';

/** The variable that names another environment file. */
const ENV_FILE_VARIABLE = 'LIVE_STATUS_ENV_FILE';

/** What the variable says when no file is to be read. */
const NO_FILE = 'none';
const MAX_BYTES = 65_536; // all settings with long values take a tenth of it; a wrong path may point at anything

/** `path` is the file that was read; none when there is no file at the default place. */
export type WithEnvFile = { readonly env: NodeJS.ProcessEnv; readonly path?: string } | { readonly problem: string };

/** The default place: `live-status/env` in the user's configuration folder (XDG base directories). */
function defaultEnvFile(env: NodeJS.ProcessEnv): string {
  const configHome = env['XDG_CONFIG_HOME'];
  return join(configHome?.startsWith('/') ? configHome : join(env['HOME'] || homedir(), '.config'), 'live-status', 'env');
}

/**
 * The environment with what the file adds: a variable that is set already, and not empty, stays as it is. A file named by
 * `LIVE_STATUS_ENV_FILE` must be there, or is `none`; the one at the default place need not be there.
 */
export function withEnvFile(env: NodeJS.ProcessEnv): WithEnvFile {
  const named = env[ENV_FILE_VARIABLE]?.trim();
  if (named === NO_FILE) return { env };
  const path = named || defaultEnvFile(env);
  try {
    return { env: merge(parseEnv(readSmallFile(path)), env), path };
  } catch (error) {
    if (!named && errorCode(error) === 'ENOENT') return { env };
    return { problem: `The environment file ${path} ${whyNot(error)}` };
  }
}

function merge(fromFile: NodeJS.Dict<string>, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const given = Object.entries(env).filter(([name, value]) => value?.trim() || fromFile[name] === undefined);
  return { ...fromFile, ...Object.fromEntries(given) };
}

// Opened without blocking, so that a FIFO cannot hold up the start.
function readSmallFile(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new Error('is not a regular file; make it a text file with lines such as MM_URL=https://chat.example.org.');
    if (stat.size > MAX_BYTES)
      throw new Error(`is larger than ${MAX_BYTES} bytes; only lines such as MM_URL=https://chat.example.org belong there.`);
    const bytes = Buffer.alloc(MAX_BYTES);
    return bytes.toString('utf8', 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

function whyNot(error: unknown): string {
  switch (errorCode(error)) {
    case undefined:
      return errorText(error);
    case 'ENOENT':
      return `is not there; create it, or unset ${ENV_FILE_VARIABLE}.`;
    case 'EACCES':
      return 'may not be read by this user; give it to them with chown, and keep it private with chmod 600.';
    default:
      return `cannot be read: ${errorText(error)}`;
  }
}
