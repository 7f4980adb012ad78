// Finds status watchers of other makes on this machine, by the names that we also use. Two watchers side by side would write two boxes for
// each turn.

import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readPidFile } from '../process/pid-file.ts';
import { OLD_PLACE } from '../process/pid-places.ts';
import { lookAtProcess, ownUid } from '../process/process-identity.ts';
import { exitCodes } from '../process/exit-codes.ts';

/** `sign` says for people how we found it. */
export interface OtherWatcher {
  readonly pid: number;
  readonly isOfThisUser: boolean;
  readonly sign: string;
}

const RUNTIME = /^(?:node|nodejs|bun|deno)$/;
const SCRIPT = /^(?:status-watcher|watcher-manager)(?:\.[cm]?[jt]s)?$/;

/** The foreign watchers that this process can see: in the sandbox of a service or in a container it sees none. */
export function findOtherWatchers(): OtherWatcher[] {
  const byScript = processes().flatMap(({ pid, args }) => {
    const script = watcherScript(args);
    return script === undefined ? [] : [describe(pid, `it runs ${script}`)];
  });
  const named = holderOfOldPlace();
  return [...(named === undefined || byScript.some(({ pid }) => pid === named.pid) ? [] : [named]), ...byScript];
}

/**
 * The process that a PID file names by its pid alone, which we never write. Everybody may put a file there, and the pid of an ended watcher
 * may be reused. So it counts only if file and process have the same owner, and if the process runs JavaScript.
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

/** The script of a JavaScript runtime, if it has the name of a status watcher. */
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

/** Prints which foreign watchers run. Gives an exit code if one belongs to this user; those of other users may watch other agents. */
export function refuseBesideOthers(err: (line: string) => void): number | undefined {
  const others = findOtherWatchers();
  for (const { pid, isOfThisUser, sign } of others) {
    const cure = `stop it first (kill ${pid}, and what would start it again)`;
    if (isOfThisUser) err(`A status watcher of another make runs (pid ${pid}, ${sign}). Never run two side by side: ${cure}.`);
    else err(`Warning: a status watcher of another make runs as another user (pid ${pid}, ${sign}). If it watches these agents, ${cure}.`);
  }
  return others.some(({ isOfThisUser }) => isOfThisUser) ? exitCodes.alreadyRunning : undefined;
}
