// Follows the session indexes, one beside the transcripts of each folder or one for all. Finds the session of a transcript.

import { join } from 'node:path';
import type { Clock } from '../../../core/clock.ts';
import type { IndexEntry } from '../decoding/index-entry.ts';
import { agentIdOf, unindexedKey } from '../decoding/session-key.ts';
import type { Folder } from './sessions-folders.ts';
import { INDEX_NAME } from './file-name.ts';
import { IndexFile } from './index-file.ts';
import type { Problems } from './transcripts-problems.ts';
import { EVERY_FOLDER, type IndexChange, SessionIndex } from './session-index.ts';
import { inSlices } from '../../../files/in-slices.ts';
import { RoundRobin } from '../../../files/round-robin.ts';

export interface IndexFilesOptions {
  root: string;
  /** One index for all folders. The operator named it, so it may be anywhere. */
  sessionsJson: string | undefined;
  clock: Clock;
  problems: Problems;
  onChanged(change: IndexChange): void;
}

/** A transcript whose session is wanted. */
interface Nameable {
  folder: string;
  name: string;
  agentId: string;
  sessionId: string;
  unnamedSince?: number;
}

const LOOKS_AT_ONCE = 16; // thousands of agents must not use up the file handles of the process
// The gateway replaces indexes, which shows in their folders: only one that is written in place is found like this.
const LOOKS_PER_SWEEP = { events: 25, polling: 500 };
/** How long a transcript waits for an index that names it. */
export const NAME_WAIT_MS = 2_000; // an index is usually written before its transcript, but may be missing, broken or late

export class IndexFiles {
  readonly #options: IndexFilesOptions;
  readonly #sessions = new SessionIndex();
  readonly #filesByFolder = new Map<string, IndexFile>();
  readonly #round = new RoundRobin(this.#filesByFolder);
  /** How often the index of a folder has changed. */
  readonly #changesByFolder = new Map<string, number>();

  constructor(options: IndexFilesOptions) {
    this.#options = options;
    if (options.sessionsJson !== undefined) this.#add(EVERY_FOLDER, options.sessionsJson, undefined);
  }

  add(folder: Folder): void {
    const { sessionsJson, root } = this.#options;
    if (sessionsJson === undefined) this.#add(folder.path, join(folder.path, INDEX_NAME), root);
  }

  async remove(folder: Folder): Promise<void> {
    const file = this.#filesByFolder.get(folder.path);
    this.#filesByFolder.delete(folder.path);
    this.#sessions.remove(folder.path);
    this.#changesByFolder.delete(folder.path);
    await file?.stop();
  }

  /** Looks at one folder's index, or at all of them, as soon as the last look is long enough ago. */
  async look(folder?: string): Promise<void> {
    const folders = folder === undefined ? [...this.#filesByFolder.keys()] : [folder, EVERY_FOLDER];
    await inSlices(folders, LOOKS_AT_ONCE, async (path) => this.#filesByFolder.get(path)?.look());
  }

  /** Makes up for lost file events: looks at some indexes, and at all of them in time. */
  async sweep(watching: keyof typeof LOOKS_PER_SWEEP): Promise<void> {
    const files = this.#round.next(LOOKS_PER_SWEEP[watching]).filter(({ wasJustRead }) => !wasJustRead);
    await inSlices(files, LOOKS_AT_ONCE, (file) => file.look());
  }

  get hasElsewhere(): boolean {
    return this.#filesByFolder.has(EVERY_FOLDER);
  }

  /** Looks at the one index for all folders. No file event tells of it, because it may lie elsewhere. */
  async lookElsewhere(): Promise<void> {
    await this.#filesByFolder.get(EVERY_FOLDER)?.look();
  }

  /** How often an index has changed that may name files of this folder. */
  changesOf(folder: string): number {
    return (this.#changesByFolder.get(folder) ?? 0) + (this.#changesByFolder.get(EVERY_FOLDER) ?? 0);
  }

  entryOf(key: string): IndexEntry | undefined {
    return this.#sessions.entryOf(key);
  }

  keyOfSession(sessionId: string): string | undefined {
    return this.#sessions.keyOfSession(sessionId);
  }

  /**
   * The session of a transcript. Without an index entry: `undefined` for the first two seconds after `unnamedSince`, then a key that
   * consists of the agent's and the session's ids.
   */
  keyOf(transcript: Nameable): string | undefined {
    const { agentId, sessionId, unnamedSince } = transcript;
    const waitedMs = unnamedSince === undefined ? 0 : this.#options.clock.monotonic() - unnamedSince;
    return this.namedKeyOf(transcript) ?? (waitedMs < NAME_WAIT_MS ? undefined : unindexedKey(agentId, sessionId));
  }

  /** The session of a transcript if an index names it. */
  namedKeyOf({ folder, name, sessionId }: Nameable): string | undefined {
    return this.#sessions.keyOf(folder, name, sessionId);
  }

  /** Whether an index names this file, whatever it is called. */
  namesFile(folder: string, name: string): boolean {
    return this.#sessions.namesFile(folder, name);
  }

  /** Every entry of every index; both entries of a session that is stored twice. */
  all(): IndexEntry[] {
    return this.#sessions.all();
  }

  /** The path of an entry's transcript: always in a folder that we watch, whatever path the index names. */
  pathOf(entry: IndexEntry, folders: readonly Folder[]): string | undefined {
    const scope = this.#sessions.folderOf(entry.key);
    const agentId = agentIdOf(entry.key);
    const ofAgent = folders.find((folder) => folder.agentId === agentId) ?? folders[0];
    const folder = scope === undefined || scope === EVERY_FOLDER ? ofAgent?.path : scope;
    return folder === undefined ? undefined : join(folder, entry.fileName ?? `${entry.sessionId.replaceAll('/', '')}.jsonl`);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#filesByFolder.values()].map((file) => file.stop()));
  }

  #add(folder: string, path: string, root: string | undefined): void {
    const { clock, problems, onChanged } = this.#options;
    const onEntries = (entries: IndexEntry[]): void => {
      this.#changesByFolder.set(folder, (this.#changesByFolder.get(folder) ?? 0) + 1);
      onChanged(this.#sessions.replace(folder, entries));
    };
    this.#filesByFolder.set(folder, new IndexFile({ path, root, clock, problems, onEntries }));
  }
}
