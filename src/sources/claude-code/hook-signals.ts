// The signals of our hooks in Claude Code: empty files whose names say which session has something new. Here are the shell line that makes
// one, and what takes it away.

import { lstat, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Below the configuration folder. It is there only when the hooks are installed. */
export const SIGNAL_FOLDER = 'live-status';
/** The hooks of Claude Code that make signals. */
export const SIGNALS = ['PermissionRequest', 'Stop', 'StopFailure', 'SessionEnd'] as const;
/** Each of our commands ends with it. */
export const HOOK_MARK = '# live-status';

export type SignalName = (typeof SIGNALS)[number];

/** `at` is when the hook ran, in milliseconds since the epoch. */
export interface Signal {
  sessionId: string;
  name: SignalName;
  at: number;
}

const NAME = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\w+)$/;
const HEAD_BYTES = 512; // the session's id comes first in what a hook is given

/**
 * The command of a hook. Of what it is given it uses the session's id alone. Whatever happens it says nothing and ends with 0, because
 * another code would stop the agent. It reads all that it is given: the agent need not handle a broken pipe.
 */
export function hookCommand(folder: string, name: SignalName): string {
  const quoted = `'${folder.replaceAll("'", "'\\''")}'`;
  const id = `i=$(head -c ${HEAD_BYTES}); i=\${i#*'"session_id":"'}; i=\${i%%'"'*}`;
  const touch = `case $i in ''|*[!0-9a-f-]*) ;; *) printf '' >${quoted}/"$i.${name}";; esac`;
  return `( if [ -d ${quoted} ]; then ${id}; ${touch}; fi; cat ) >/dev/null 2>&1; exit 0 ${HOOK_MARK}`;
}

export function signalOf(name: string): Omit<Signal, 'at'> | undefined {
  const [, sessionId, word] = NAME.exec(name) ?? [];
  const signal = SIGNALS.find((known) => known === word);
  return sessionId === undefined || signal === undefined ? undefined : { sessionId, name: signal };
}

/** When the signal was given; `undefined` when it is gone. Removes it. The name is given up first, so that none that comes meanwhile is lost. */
export async function takeSignal(folder: string, name: string): Promise<number | undefined> {
  const [path, taken] = [join(folder, name), join(folder, `${name}.taken`)];
  try {
    await rename(path, taken);
  } catch {
    return givenAt(path); // of another user: it stays
  }
  const at = await givenAt(taken);
  await rm(taken, { force: true }).catch(() => undefined);
  return at;
}

async function givenAt(path: string): Promise<number | undefined> {
  try {
    const stats = await lstat(path);
    return stats.isFile() ? stats.mtimeMs : undefined;
  } catch {
    return undefined;
  }
}
