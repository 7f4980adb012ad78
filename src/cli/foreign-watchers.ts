// Finds status watchers of other makes that run on this machine under the names this one has, too. Two side by side would write two boxes
// for each turn.

import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readPidFile } from '../runtime/pid-file.ts';
import { OLD_PLACE } from '../runtime/pid-places.ts';
import { lookAtProcess, ownUid } from '../runtime/process-identity.ts';
import { exitCodes } from '../runtime/exit-codes.ts';

/** `sign` is what gave it away, in words. */
export interface OtherWatcher {
  readonly pid: number;
  readonly isOfThisUser: boolean;
  readonly sign: string;
}

const RUNTIME = /^(?:node|nodejs|bun|deno)$/;
const SCRIPT = /^(?:status-watcher|watcher-manager)(?:\.[cm]?[jt]s)?$/;

/** Those that this process can see: behind the sandbox of a service or in a container that is none. */
export function findOtherWatchers(): OtherWatcher[] {
  const byScript = processes().flatMap(({ pid, args }) => {
    const script = watcherScript(args);
    return script === undefined ? [] : [describe(pid, `it runs ${script}`)];
  });
  const named = holderOfOldPlace();
  return [...(named === undefined || byScript.some(({ pid }) => pid === named.pid) ? [] : [named]), ...byScript];
}

/**
 * Whom a file there names by its pid alone, as we never write it. Everybody may put one there, so it counts only if it belongs to whom
 * the process belongs, and if that runs JavaScript: the number of a watcher that has ended may be anybody's.
 */
function holderOfOldPlace(): OtherWatcher | undefined {
  const seen = readPidFile(OLD_PLACE);
  if (seen.kind !== 'present' || seen.record === undefined || seen.record.startMark !== '') return undefined;
  const { pid } = seen.record;
  const found = lookAtProcess(pid);
  const [runtime = ''] = commandLine(pid);
  const isLikely = found.kind === 'alive' && found.uid === seen.uid && (RUNTIME.test(basename(runtime)) || SCRIPT.test(basename(runtime)));
  return isLikely ? describe(pid, `${OLD_PLACE} names it`) : undefined;
}

function describe(pid: number, sign: string): OtherWatcher {
  const seen = lookAtProcess(pid);
  return { pid, isOfThisUser: seen.kind === 'alive' && seen.uid === ownUid(), sign };
}

/** The program that a runtime of JavaScript was asked to run, if its name is that of a status watcher. */
export function watcherScript([runtime = '', ...args]: readonly string[]): string | undefined {
  const script = RUNTIME.test(basename(runtime)) ? args.find((arg) => !arg.startsWith('-')) : undefined;
  return script !== undefined && SCRIPT.test(basename(script)) ? script : undefined;
}

function processes(): { pid: number; args: string[] }[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => ({ pid: Number(name), args: commandLine(Number(name)) }));
  } catch {
    return []; // a system without /proc
  }
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // it has ended meanwhile, or is hidden
  }
}

/** Says who runs already. The exit code when it is one of this user, which nothing may run beside; others may watch other agents. */
export function refuseBesideOthers(err: (line: string) => void): number | undefined {
  const others = findOtherWatchers();
  for (const { pid, isOfThisUser, sign } of others) {
    const cure = `stop it first (kill ${pid}, and what would start it again)`;
    if (isOfThisUser) err(`A status watcher of another make runs (pid ${pid}, ${sign}). Never run two side by side: ${cure}.`);
    else err(`Warning: a status watcher of another make runs as another user (pid ${pid}, ${sign}). If it watches these agents, ${cure}.`);
  }
  return others.some(({ isOfThisUser }) => isOfThisUser) ? exitCodes.alreadyRunning : undefined;
}
