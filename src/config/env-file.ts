// Reads the environment file: settings that need not be exported by hand, for the hook and for every command.

import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { readRegularFile } from './regular-file.ts';

/** The variable that names another environment file. */
const VARIABLE = 'LIVE_STATUS_ENV_FILE';

/** The value of the variable for "read no file". */
const NO_FILE = 'none';
const MAX_BYTES = 65_536; // all settings with long values take a tenth of it; a wrong path may point to any file

/** `path` is the file that was read; none when there is no file at the default place. */
export type WithEnvFile = { readonly env: NodeJS.ProcessEnv; readonly path?: string } | { readonly problem: string };

/** The default place: `live-status/env` in the user's configuration folder (XDG base directories). */
export function defaultEnvFile(env: NodeJS.ProcessEnv): string {
  const configHome = env['XDG_CONFIG_HOME'];
  return join(configHome?.startsWith('/') ? configHome : join(env['HOME'] || homedir(), '.config'), 'live-status', 'env');
}

/**
 * Adds the variables of the file to the environment. A variable that is already set and not empty stays as it is. `LIVE_STATUS_ENV_FILE`
 * must name an existing file, or `none`; the file at the default place may be missing.
 */
export function withEnvFile(env: NodeJS.ProcessEnv): WithEnvFile {
  const named = env[VARIABLE]?.trim();
  if (named === NO_FILE) return { env };
  const path = named || defaultEnvFile(env);
  if (!named && !existsSync(path)) return { env };
  const read = readRegularFile(path, MAX_BYTES);
  return 'text' in read ? { env: merge(parseEnv(read.text), env), path } : { problem: problemOf(named !== undefined, read.wrong) };
}

function merge(fromFile: NodeJS.Dict<string>, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const given = Object.entries(env).filter(([name, value]) => value?.trim() || fromFile[name] === undefined);
  return { ...fromFile, ...Object.fromEntries(given) };
}

function problemOf(isNamed: boolean, wrong: string): string {
  const [where, cure] = isNamed
    ? [VARIABLE, `correct ${VARIABLE} or unset it`]
    : ['The default place of the environment file', 'correct or remove it'];
  return `${where} names ${wrong}; ${cure}. Expected is a text file with lines such as MM_URL=https://chat.example.org.`;
}
