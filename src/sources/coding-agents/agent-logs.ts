// Follows the logs of one home of a coding agent: finds folders, lists what is new in them, passes hints on, takes positions up again.
// Knows no format and no session.

import { readdirSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { asRecord, asText } from '../../core/json-guards.ts';
import type { Logger } from '../../core/log.ts';
import type { SourceHealth } from '../../core/source.ts';
import { Timers } from '../../core/timers.ts';
import { ChangedNames } from '../../files/changed-names.ts';
import { createFileProblems, type FileProblem, type FileProblems, fileSentences, type FolderProblem } from '../../files/file-problems.ts';
import { decodeCheckpoint, type FollowedFile, newFile, RECENT_MS } from '../../files/followed-file.ts';
import { FollowedFiles } from '../../files/followed-files.ts';
import type { TailCheckpoint } from '../../files/follower.ts';
import { inSlices } from '../../files/in-slices.ts';
import type { LogFormat } from '../../files/log-format.ts';
import { refusalOf } from '../../files/open-file.ts';
import { Sweeps } from '../../files/sweeps.ts';
import type { FileEvents } from '../../files/watch.ts';
import { type Folder, type FolderLayout, WatchedFolders } from '../../files/watched-folders.ts';
import { logsHealth } from './logs-health.ts';

/** One log. `session` is whose events it gave; it is stored with the position. */
export interface AgentLog<Event extends { at: number }> extends FollowedFile<Event> {
  session?: string;
  /** What the source must know after a restart: plain data, stored with the position. */
  note?: unknown;
  /** Something else shows that its last turn matters, however old it is. */
  isWanted?: boolean;
}

export interface AgentLogsOptions<Event extends { at: number }> {
  root: string;
  layout: FolderLayout<Folder>;
  /** What people call such a file. */
  noun: string;
  isLog(name: string): boolean;
  format: LogFormat<Event>;
  clock: Clock;
  log: Logger;
  polling: boolean;
  checkpoints: ReadonlyMap<string, unknown>;
  emit(file: AgentLog<Event>, events: readonly Event[]): void;
  onProgress(path: string, position: unknown): void;
  /** A log with a note was taken up again after a restart. */
  onNote?(session: string, note: unknown): void;
  /** A log is looked at, perhaps for the first time. Right after this it is known. */
  onFound?(path: string): void;
  /** The log is gone; `session` is known when it ever gave an event. */
  onGone(path: string, session: string): void;
  isLive(file: AgentLog<Event>): boolean;
  fileEvents?: FileEvents | undefined;
}

type LogProblem = FileProblem | FolderProblem;

const LOOKS_AT_ONCE = 64;
const SETTLED_MS = 2_000; // a folder that changed more recently may have changed again at the same instant

export class AgentLogs<Event extends { at: number }> {
  readonly files: FollowedFiles<Event, AgentLog<Event>>;
  readonly #options: AgentLogsOptions<Event>;
  readonly #problems: FileProblems<LogProblem>;
  readonly #folders: WatchedFolders<Folder>;
  readonly #sweeps: Sweeps;
  readonly #timers: Timers;
  readonly #names = new ChangedNames<Folder>((folder, name) => Promise.resolve(this.#look(folder, name)));
  /** When each folder had changed last before it was listed; 0 while that may change unnoticed. */
  readonly #listedAt = new WeakMap<Folder, number>();
  /** Folders that appeared while we watched: all that is in them is new. */
  readonly #fresh = new WeakSet<Folder>();
  #unadopted: [string, unknown][];
  #hasAdopted = false;
  #wasRead = false;

  constructor(options: AgentLogsOptions<Event>) {
    const { root, layout, noun, format, clock, log, polling, fileEvents } = options;
    this.#options = options;
    const ofFolders = ['too_many', 'folder_unreadable'] as const;
    this.#problems = createFileProblems<LogProblem>({ sentences: fileSentences(noun), ofFolders }, log, clock);
    this.#timers = new Timers(clock);
    this.#unadopted = [...options.checkpoints].filter(([path]) => path.startsWith(join(root, '/')));
    this.#sweeps = new Sweeps({ clock, sweep: () => this.#sweep(), hasEvents: () => this.#folders.watching === 'events' });
    this.#folders = new WatchedFolders({
      root,
      layout,
      polling,
      problems: this.#problems,
      onName: (folder, name) => this.#hint(folder, name),
      onHint: () => this.#sweeps.soon(),
      onFound: (folder) => (this.#wasRead ? this.#fresh.add(folder) : undefined),
      onGone: () => undefined,
      ...(fileEvents === undefined ? {} : { events: fileEvents }),
    });
    this.files = new FollowedFiles<Event, AgentLog<Event>>({
      root,
      clock,
      problems: this.#problems,
      format,
      isLive: (file) => options.isLive(file),
      ...this.#worth(),
      emit: (file, events) => options.emit(file, events),
      onProgress: (file) => this.#progressed(file),
      onEnded: (file) => this.#gone(file.path, file.session),
    });
  }

  /** What matters is worth showing, however old it is; of the rest what is recent. */
  #worth(): Pick<ConstructorParameters<typeof FollowedFiles<Event, AgentLog<Event>>>[0], 'isWorthShowing'> {
    const isRecent = (lastAt: number): boolean => this.#options.clock.now() - lastAt < RECENT_MS;
    return { isWorthShowing: (file, lastAt) => file.isWanted === true || isRecent(lastAt) };
  }

  async start(): Promise<void> {
    await this.#sweeps.now();
    this.#wasRead = true;
    this.#sweeps.start();
  }

  async stop(): Promise<void> {
    await this.#names.stop();
    await this.#folders.stop();
    await this.#sweeps.stop();
    await this.#timers.stop();
    await this.files.stop();
  }

  /** Puts a log into use whose last turn matters although it is old. */
  want(path: string): void {
    const file = this.files.recordOf(path);
    if (file === undefined || file.isWanted === true) return;
    file.isWanted = true;
    this.#timers.track(this.files.use(path));
  }

  health(): Omit<SourceHealth, 'lastEventAt' | 'unknownKinds'> {
    const { noun, root } = this.#options;
    const { watching, readable, forbidden } = this.#folders;
    return logsHealth({
      noun,
      root,
      watching,
      readable,
      forbidden,
      wasRead: this.#wasRead,
      files: this.files.size,
      problems: this.#problems.list(),
    });
  }

  async #sweep(): Promise<void> {
    await this.#folders.rediscover();
    if (this.#folders.readable) await this.#adopt();
    for (const folder of this.#folders.all()) await this.#list(folder);
    await this.files.sweep(this.#folders.watching === 'events' ? 'events' : 'polling');
  }

  /** The folder of a position that no longer exists takes its logs with it. */
  async #adopt(): Promise<void> {
    const unadopted = this.#unadopted;
    this.#unadopted = [];
    for (const [path, value] of unadopted) {
      const [tail, session] = [decodeCheckpoint(value), sessionIn(value)];
      if (tail === undefined) continue;
      const note = asRecord(value)?.['note'];
      if (note !== undefined && session !== undefined) this.#options.onNote?.(session, note);
      const isThere = this.#folders.at(dirname(path)) !== undefined;
      if (isThere)
        await this.#adoptOne(path, tail, { ...(session === undefined ? {} : { session }), ...(note === undefined ? {} : { note }) });
      else this.#gone(path, session);
    }
    this.#hasAdopted = true;
  }

  #adoptOne(path: string, tail: TailCheckpoint, known: Pick<AgentLog<Event>, 'session' | 'note'>): Promise<void> {
    return this.files.adopt({ ...newFile(path), ...known }, tail);
  }

  async #list(folder: Folder): Promise<void> {
    const { namesChangedAt = Number.POSITIVE_INFINITY } = folder;
    if (namesChangedAt === this.#listedAt.get(folder)) return;
    const names = namesIn(folder.path);
    if (typeof names === 'string') return names === 'missing' ? undefined : this.#problems.recordOnce('folder_unreadable', folder.path);
    this.#problems.clear('folder_unreadable', folder.path);
    const fresh = names.filter((name) => this.#options.isLog(name)).map((name) => folder.path + sep + name);
    const isKnown = this.#isKnown(folder);
    await inSlices(fresh, LOOKS_AT_ONCE, (path) => {
      this.#options.onFound?.(path);
      return this.files.look(path, isKnown, newFile);
    });
    this.#listedAt.set(folder, this.#options.clock.now() - namesChangedAt > SETTLED_MS ? namesChangedAt : 0);
  }

  /** Until the positions are taken up, no hint may put a log into use. */
  #hint(folder: Folder, name: string): void {
    if (this.#hasAdopted && this.#options.isLog(name)) this.#names.add(folder, name);
  }

  #look(folder: Folder, name: string): void {
    const path = join(folder.path, name);
    if (this.#folders.at(folder.path) !== folder) return;
    this.#options.onFound?.(path);
    this.files.hint(path, this.#isKnown(folder), newFile);
  }

  /** What appears in it now is new. */
  #isKnown(folder: Folder): boolean {
    return this.#listedAt.has(folder) || this.#fresh.has(folder);
  }

  #progressed({ path, checkpoint, session, note }: AgentLog<Event>): void {
    if (checkpoint !== undefined)
      this.#options.onProgress(path, {
        ...checkpoint,
        ...(session === undefined ? {} : { session }),
        ...(note === undefined ? {} : { note }),
      });
  }

  #gone(path: string, session: string | undefined): void {
    this.#options.onProgress(path, undefined);
    if (session !== undefined) this.#options.onGone(path, session);
  }
}

function sessionIn(position: unknown): string | undefined {
  return asText(asRecord(position)?.['session']);
}

function namesIn(path: string): string[] | ReturnType<typeof refusalOf> {
  try {
    return readdirSync(path);
  } catch (error) {
    return refusalOf(error);
  }
}
