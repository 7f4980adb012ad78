// Says whether somebody still has a thread open. Codex holds a lock (`flock`) on a file per thread; the system lists such locks by inode,
// so that none is touched or taken. Remembers which locks were seen held: only that proves that this process can see them.

import { readFile, readlink, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * `held`: a process has it open. `free`: its process is gone without a word. `ended`: the lock was removed, as at a clean end. `unknown`:
 * it cannot be judged, such as in another container or for a version without locks.
 */
export type LockState = 'held' | 'free' | 'ended' | 'unknown';

export interface ThreadLocksOptions {
  home: string;
  /** Where the system lists its locks. */
  listing?: string;
  /** Whether that listing has the locks of every process; by default it is found out. */
  seesAll?: () => Promise<boolean>;
}

const FOLDER = 'thread-writer-locks';
const LISTING = '/proc/locks';
const FLOCK = /^\d+: FLOCK .* [0-9a-f]+:[0-9a-f]+:(\d+) /gm;
const FIRST_PID_NAMESPACE = 'pid:[4026531836]'; // the kernel's own number; all processes of the machine are in it or below it
// Locks on these are held on other machines, or by a server: NFS, SMB, 9p, FUSE.
const SHARED_FILE_SYSTEMS: ReadonlySet<number> = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546]);

export class ThreadLocks {
  readonly #folder: string;
  readonly #listing: string;
  readonly #seesAll: () => Promise<boolean>;
  readonly #seenHeld = new Set<string>();
  /** One was seen held: this process can see the locks of this home. */
  #hasSeenOne = false;

  constructor({ home, listing = LISTING, seesAll }: ThreadLocksOptions) {
    this.#folder = join(home, FOLDER);
    this.#listing = listing;
    this.#seesAll = seesAll ?? (() => seesEveryProcess(this.#folder));
  }

  /** The states of these threads now. Never throws. */
  async statesOf(threadIds: readonly string[]): Promise<Map<string, LockState>> {
    const held = await this.#heldInodes();
    const states = new Map<string, LockState>();
    for (const id of threadIds) states.set(id, held === undefined ? 'unknown' : await this.#stateOf(id, held));
    return states;
  }

  async #heldInodes(): Promise<ReadonlySet<string> | undefined> {
    try {
      const text = await readFile(this.#listing, 'latin1');
      return new Set([...text.matchAll(FLOCK)].map(([, inode]) => inode ?? ''));
    } catch {
      return undefined;
    }
  }

  async #stateOf(id: string, held: ReadonlySet<string>): Promise<LockState> {
    const inode = await inodeOf(join(this.#folder, `${id}.lock`));
    if (inode === undefined) return this.#seenHeld.has(id) ? 'ended' : 'unknown';
    if (held.has(inode)) {
      this.#seenHeld.add(id);
      this.#hasSeenOne = true;
      return 'held';
    }
    return this.#hasSeenOne || (await this.#seesAll()) ? 'free' : 'unknown';
  }

  /** The thread has no open turn any more. */
  forget(id: string): void {
    this.#seenHeld.delete(id);
  }
}

async function inodeOf(path: string): Promise<string | undefined> {
  try {
    return `${(await stat(path, { bigint: true })).ino}`;
  } catch {
    return undefined;
  }
}

/** In a container the locks of processes outside are not listed; on shared file systems those of other machines are not. */
async function seesEveryProcess(folder: string): Promise<boolean> {
  try {
    const [namespace, { type }] = await Promise.all([readlink('/proc/self/ns/pid'), statfs(folder)]);
    return namespace === FIRST_PID_NAMESPACE && !SHARED_FILE_SYSTEMS.has(type);
  } catch {
    return false;
  }
}
