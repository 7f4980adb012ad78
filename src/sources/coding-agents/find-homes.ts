// Finds the homes of a coding agent on this machine: where its variable points, in our own home, and in those of other users.

import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** Where an agent keeps its logs. */
export interface AgentHome {
  /** The variable of the agent itself that names another home; several are divided by `:`. */
  readonly variable?: string;
  /** Below the home of a user. */
  readonly folder: string;
  /** The first word of a sentence about it. */
  readonly subject: string;
}

/** `areThere`: at least one exists. Those that do not exist are waited for. */
export interface FoundHomes {
  readonly paths: readonly string[];
  readonly areThere: boolean;
}

const MAX_USERS = 1_000;

/** `users`: the homes of users, such as `/home/*`; several are divided by `:`. */
export function findHomes({ variable, folder }: AgentHome, env: NodeJS.ProcessEnv, users: string | undefined): FoundHomes {
  const named = variable === undefined ? [] : pathsIn(env[variable], env);
  const own = named.length > 0 ? named : pathsIn(env['HOME'], env).map((home) => join(home, folder));
  const others = pathsIn(users, env)
    .flatMap(expanded)
    .map((home) => join(home, folder))
    .filter(isFolder);
  // A user who watches for others need not run the agent.
  const wanted = named.length === 0 && others.length > 0 ? own.filter(isFolder) : own;
  return { paths: [...new Set([...wanted, ...others])], areThere: own.some(isFolder) || others.length > 0 };
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
