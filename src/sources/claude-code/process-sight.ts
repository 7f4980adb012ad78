// Says whether the process of a live file still runs, or that this cannot be known.

import { readFile, readlink } from 'node:fs/promises';
import { errorCode } from '../../core/error-code.ts';
import type { LiveState } from './live-state.ts';

/** `unknown`: a process of another container or machine, or one that is hidden from us. It is never called gone. */
export type ProcessState = 'alive' | 'gone' | 'unknown';

/** What we can see of processes. Tests replace it. */
export interface ProcessTable {
  /** Our own pid domain, in the words of a live file; `undefined` when it cannot be told. */
  domain(): Promise<string | undefined>;
  /**
   * The start time of a process and its terminal, `zombie` for one that has ended, `missing`, or `hidden` when it is there but cannot be
   * looked at.
   */
  look(pid: number): Promise<{ start: string; terminal?: string | undefined } | 'zombie' | 'missing' | 'hidden'>;
}

/** Judges processes of one folder of live files. Owns which folders are known to hold pids of our own namespace. */
export class ProcessSight {
  readonly #table: ProcessTable;
  #domain: Promise<string | undefined> | undefined;
  /** A process was found exactly as its file says: the pids of files without a domain are ours. */
  #isOurs = false;

  constructor(table: ProcessTable = SYSTEM) {
    this.#table = table;
  }

  async stateOf({ pid, procStart, pidDomain }: LiveState): Promise<ProcessState> {
    this.#domain ??= this.#table.domain();
    const own = await this.#domain;
    if (pidDomain !== undefined && pidDomain !== own) return 'unknown';
    const seen = await this.#table.look(pid);
    const isSame = typeof seen === 'object' && procStart !== undefined && seen.start === procStart;
    if (isSame) this.#isOurs = true;
    if (isSame) return 'alive';
    const mayJudge = pidDomain !== undefined || this.#isOurs;
    if (!mayJudge || seen === 'hidden' || (typeof seen === 'object' && procStart === undefined)) return 'unknown';
    return 'gone';
  }

  /** The terminal of a process that is alive, such as `pts/3`. */
  async terminalOf({ pid }: LiveState): Promise<string | undefined> {
    const seen = await this.#table.look(pid);
    return typeof seen === 'object' ? seen.terminal : undefined;
  }
}

const SYSTEM: ProcessTable = {
  async domain() {
    try {
      const [machine, namespace] = await Promise.all([readFile('/etc/machine-id', 'utf8'), readlink('/proc/self/ns/pid')]);
      return `linux:${machine.trim()}:${namespace}`;
    } catch {
      return undefined;
    }
  },
  async look(pid) {
    try {
      return processIn(await readFile(`/proc/${pid}/stat`, 'latin1'));
    } catch {
      return isThere(pid) ? 'hidden' : 'missing';
    }
  },
};

/** What `/proc/<pid>/stat` says. The name in parentheses may contain spaces and parentheses; field 3 follows its end. */
export function processIn(stat: string): { start: string; terminal: string | undefined } | 'zombie' {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? 'zombie' : { start: fields[19] ?? '', terminal: terminalOf(Number(fields[4])) };
}

const FIRST_PTS_MAJOR = 136; // of eight: each has 256 pseudo-terminals
const CONSOLE_MAJOR = 4;

/** The name of a device number as field 7 has it: bits 8 to 19 are the major, the others the minor number. */
function terminalOf(device: number): string | undefined {
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  if (major === CONSOLE_MAJOR) return `tty${minor}`;
  const block = major - FIRST_PTS_MAJOR;
  return block >= 0 && block < 8 ? `pts/${block * 256 + minor}` : undefined;
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}
