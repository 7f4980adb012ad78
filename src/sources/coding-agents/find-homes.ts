// Finds the homes of a coding agent on this machine: where its variable points, in our own home, and in those of other users.

import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { refusalOf } from '../../files/open-file.ts';

/** Where an agent keeps its logs. */
export interface AgentHome {
  /** The variable of the agent itself that names another home; several are divided by `:`. */
  readonly variable?: string;
  /** Below the home of a user. */
  readonly folder: string;
  /** The first word of a sentence about it. */
  readonly subject: string;
  /** The folders of its logs, level by level below its home, and the names of the logs of sessions. */
  readonly logs: { readonly folders: readonly RegExp[]; readonly name: RegExp };
}

/** `areThere`: at least one exists. Those that do not exist are waited for. */
export interface FoundHomes {
  readonly paths: readonly string[];
  readonly areThere: boolean;
}

const MAX_USERS = 1_000;
const NO_HOME = 'lost+found'; // of the file system, at the root of each disk

/** `users`: the homes of users, such as `/home/*`; several are divided by `:`. `listed`: homes of the agent that another program names. */
export function findHomes(
  { variable, folder }: Pick<AgentHome, 'variable' | 'folder'>,
  env: NodeJS.ProcessEnv,
  users: string | undefined,
  listed: readonly string[] = [],
): FoundHomes {
  const named = variable === undefined ? [] : pathsIn(env[variable], env);
  const own = named.length > 0 ? named : pathsIn(env['HOME'], env).map((home) => join(home, folder));
  const others = pathsIn(users, env)
    .flatMap(expanded)
    .map((home) => join(home, folder))
    .filter(isFolder);
  // A user who watches for others need not run the agent.
  const wanted = named.length === 0 && others.length > 0 ? own.filter(isFolder) : own;
  const paths = [...new Set([...wanted, ...others])];
  const more = listed.filter((home) => isFolder(home) && !paths.some((path) => realPath(path) === realPath(home)));
  return { paths: [...paths, ...more], areThere: own.some(isFolder) || others.length + more.length > 0 };
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** The homes of users that we may not look into, so that nobody knows whether agents live there. */
export function hiddenHomes(users: string | undefined, env: NodeJS.ProcessEnv): string[] {
  const hidden = pathsIn(users, env).flatMap((path) =>
    basename(path) === '*' && isRefused(() => readdirSync(dirname(path)))
      ? [dirname(path)]
      : expanded(path).filter((home) => basename(home) !== NO_HOME && isFolder(home) && isRefused(() => statSync(`${home}/.`))),
  );
  return [...new Set(hidden)];
}

function isRefused(look: () => unknown): boolean {
  try {
    look();
    return false;
  } catch (error) {
    return refusalOf(error) === 'unreadable';
  }
}

function pathsIn(text: string | undefined, env: NodeJS.ProcessEnv): string[] {
  const parts = (text ?? '').split(':').map((part) => part.trim());
  return parts.filter((part) => part !== '').map((part) => absolute(part, env['HOME'] ?? '/'));
}

function absolute(path: string, home: string): string {
  if (path === '~' || path.startsWith('~/')) return join(home, path.slice(1));
  return resolve(path);
}

/** A star stands for every name in its folder. It may only be the last part. */
function expanded(path: string): string[] {
  if (basename(path) !== '*') return [path];
  try {
    const names = readdirSync(dirname(path)).toSorted();
    return names.slice(0, MAX_USERS).map((name) => join(dirname(path), name));
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
