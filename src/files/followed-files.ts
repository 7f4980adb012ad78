// Keeps all known files of a source, and decides which of them are in use. Finds no files, reads none itself and knows no format.

import type { Clock } from '../core/clock.ts';
import { setBounded } from '../core/bounded-map.ts';
import { type FollowedFile, firstStart, laterStart, RECENT_MS } from './followed-file.ts';
import { Follower, type FollowStart, type TailCheckpoint } from './follower.ts';
import type { LogFormat } from './log-format.ts';
import { FileChecks, type FileLook, isSameLook } from './file-checks.ts';
import { FileReads } from './file-reads.ts';
import type { Root } from './open-file.ts';
import { isOld, type OldFile } from './old-file.ts';
import { OpenFiles } from './open-files.ts';
import { FolderQuota } from './folder-quota.ts';
import type { FileProblem, ProblemRecorder } from './file-problems.ts';
import { RoundRobin } from './round-robin.ts';
import { inSlices } from './in-slices.ts';
import type { Sighting } from './writer-clock.ts';

/** What a source provides for its files. Nothing is called after `stop`. Only `emit` may throw. */
export interface FollowedFilesPorts<Event extends { at: number }, File extends FollowedFile<Event>> {
  /** No symbolic link below it is followed. */
  root: Root;
  clock: Clock;
  problems: ProblemRecorder<FileProblem>;
  format: LogFormat<Event>;
  /** The events of one entry, in the order of the file. */
  emit(file: File, events: readonly Event[]): void;
  /** Called after all events of the bytes before `file.checkpoint.offset` were emitted. */
  onProgress(file: File): void;
  /** The file is gone. Everything that could be read of it was emitted. */
  onEnded(file: File, renamedTo: string | undefined): void;
  /** False while the file may not be read yet. Asked again at every read. */
  isReady?(file: File): boolean;
  /** Whether another sign shows that it is at work although nothing was written for long. Then it stays open. */
  isLive?(file: File): boolean;
  /** Whether what it opened last is worth showing; its newest event is at `lastAt`. Default: if that is recent. */
  isWorthShowing?(file: File, lastAt: number, hasEnded: boolean): boolean;
  /** Whether a file that was renamed to this path goes on under its old path. Default: no. */
  goesOn?(renamedTo: string): boolean;
  /** Entries that gave events were removed from the file. */
  onRemoved?(file: File): void;
  /** A line has just been written; see `FollowOptions`. */
  onLiveLine?(file: File, line: Sighting, before: Sighting | undefined): void;
  /** Nothing was written to it for long; it rests until it changes. */
  onRest?(file: File): void;
}

const MAX_ENDED = 500;
// Of the known files at rest. Where file events arrive, a lost one is made up for by the next event of that file, too.
const STATS_PER_SWEEP = { events: 150, polling: 2_000 };
const STATS_AT_ONCE = 64;
const READS_AT_ONCE = 8; // between two looks at how long it takes

/** The files of all folders of a source. Nothing here throws. */
export class FollowedFiles<Event extends { at: number }, File extends FollowedFile<Event>> {
  readonly #ports: FollowedFilesPorts<Event, File>;
  readonly #knownByPath = new Map<string, File | OldFile<File>>();
  readonly #inUse = new Set<File>();
  readonly #endedByPath = new Map<string, TailCheckpoint>();
  readonly #reads: FileReads<Event, File>;
  readonly #openFiles = new OpenFiles();
  readonly #checks: FileChecks;
  readonly #quota: FolderQuota<File>;
  readonly #round = new RoundRobin(this.#knownByPath);
  /** At files at rest or new ones, since the last sweep: a start looks at each once. */
  #looks = 0;

  constructor(ports: FollowedFilesPorts<Event, File>) {
    this.#ports = ports;
    this.#checks = new FileChecks(ports.problems);
    this.#quota = new FolderQuota(ports.problems);
    this.#reads = new FileReads<Event, File>({ ...ports, checks: this.#checks, onEnd: (file, renamedTo) => this.#end(file, renamedTo) });
  }

  get size(): number {
    return this.#knownByPath.size;
  }

  /** The files that are being read. */
  get inUse(): ReadonlySet<File> {
    return this.#inUse;
  }

  /** Of all files that are known. */
  paths(): IteratorObject<string> {
    return this.#knownByPath.keys();
  }

  has(path: string): boolean {
    return this.#knownByPath.has(path);
  }

  /** The record of a file. None is made of one that was never read. */
  get(path: string): File | undefined {
    const known = this.#knownByPath.get(path);
    return isOld(known) ? undefined : known;
  }

  /** The record of a file that is known, read or not. */
  recordOf(path: string): File | undefined {
    const known = this.#knownByPath.get(path);
    if (!isOld(known)) return known;
    const file = known.make(path);
    this.#atRest(file, known.seen);
    this.#knownByPath.set(path, file);
    return file;
  }

  /** Takes up a checkpoint. An unchanged file stays at rest. A file that is gone is searched under its later name. */
  async adopt(file: File, checkpoint: TailCheckpoint): Promise<void> {
    file.checkpoint = checkpoint;
    const found = this.#checks.look(file.path);
    this.#knownByPath.set(file.path, file);
    if (found !== undefined && isWhere(checkpoint, found)) this.#atRest(file, found);
    else this.#use(file);
    await this.read(file.path);
  }

  /**
   * Looks at a file that exists or existed. A file in use is read on; a new or changed one is put into use if it matters.
   * `isNew`: it appeared while we watched. `make` creates the record of a file that was not known. Of ten thousand files nearly all are
   * old: for them there is no promise, and no record.
   */
  look(path: string, isNew: boolean, make: (path: string) => File): Promise<void> | undefined {
    return this.#readIfUsed(this.#examine(path, isNew, make));
  }

  /** As `look`, but does not wait until the file was read. */
  hint(path: string, isNew: boolean, make: (path: string) => File): void {
    void this.#readIfUsed(this.#examine(path, isNew, make));
  }

  /** Gives the file, if it is known now. */
  #examine(path: string, isNew: boolean, make?: (path: string) => File): File | undefined {
    const known = this.#knownByPath.get(path);
    if (!isOld(known) && known?.follower !== undefined) return known;
    this.#looks += 1;
    const found = this.#checks.look(path);
    if (found === undefined) return this.#vanished(path);
    if (known === undefined) return make === undefined ? undefined : this.#add({ path, seen: found, make }, isNew);
    const file = isSameLook(known.seen, found) ? undefined : this.recordOf(path);
    if (file === undefined) return undefined;
    this.#use(file);
    this.#atRest(file, found);
    return file;
  }

  #readIfUsed(file: File | undefined): Promise<void> | undefined {
    return file?.follower === undefined ? undefined : this.#reads.read(file);
  }

  /** Puts a known file into use even if it is old. Resolves when it was read. */
  async use(path: string): Promise<void> {
    const file = this.recordOf(path);
    if (file === undefined) return;
    if (file.follower === undefined) this.#use(file);
    await this.read(path);
  }

  /** Drops a file that goes on elsewhere; nothing is said of it any more. */
  forget(path: string): void {
    const file = this.get(path);
    this.#knownByPath.delete(path);
    if (file === undefined) return;
    this.#close(file);
    this.#quota.forget(file);
    this.#reads.forget(path);
  }

  /** Reads to the end of the file, then resolves. A file that is still settling is read again by a timer. */
  read(path: string): Promise<void> {
    const file = this.get(path);
    return file === undefined ? Promise.resolve() : this.#reads.read(file);
  }

  /** Makes up for lost file events, or for all of them: reads every file in use, and checks the `stat` of some others. */
  async sweep(watching: keyof typeof STATS_PER_SWEEP = 'polling'): Promise<void> {
    const inUse = [...this.#inUse];
    this.#openFiles.recheck();
    await inSlices(inUse, READS_AT_ONCE, (file) => this.read(file.path));
    const atRest = this.#round
      .next(Math.max(0, STATS_PER_SWEEP[watching] - this.#looks))
      .filter((known) => isOld(known) || known.follower === undefined);
    await inSlices(atRest, STATS_AT_ONCE, ({ path }) => this.#readIfUsed(this.#examine(path, false)));
    this.#looks = 0;
    for (const file of inUse) this.#restIfIdle(file);
    for (const [file, start] of this.#quota.waiting()) {
      this.#use(file, start);
      void this.read(file.path);
    }
  }

  async stop(): Promise<void> {
    await this.#reads.stop();
    this.#openFiles.closeAll();
  }

  #add(old: OldFile<File>, isNew: boolean): File | undefined {
    const { path, seen } = old;
    this.#knownByPath.set(path, old);
    const left = this.#endedByPath.get(path);
    const start =
      left === undefined ? firstStart(seen, { isNew, now: this.#ports.clock.now() }) : laterStart({ checkpoint: left, size: seen.size });
    const file = start === undefined ? undefined : this.recordOf(path);
    if (file === undefined) return undefined;
    if (left !== undefined) file.checkpoint = left;
    this.#endedByPath.delete(path);
    this.#use(file, start);
    return file;
  }

  #atRest(file: File, found: FileLook): void {
    file.seen = found;
    file.size = found.size;
  }

  #vanished(path: string): File | undefined {
    const file = this.get(path);
    if (this.has(path)) this.#checks.recordReadable(path);
    // The end may be in the file that it was renamed to.
    if (file?.checkpoint === undefined) this.forget(path);
    else this.#use(file);
    return file;
  }

  #use(file: File, start: FollowStart = laterStart(file)): void {
    const { root, clock, format, ...ports } = this.#ports;
    if (file.follower === undefined && !this.#quota.take(file, start)) return;
    file.lastLinesAt = clock.monotonic();
    this.#inUse.add(file);
    file.follower = new Follower({
      path: file.path,
      root,
      clock,
      files: this.#openFiles,
      start,
      format,
      emit: (events) => {
        if (events.length > 0) ports.emit(file, events);
      },
      onRemoved: () => ports.onRemoved?.(file),
      onLiveLine: (line, before) => ports.onLiveLine?.(file, line, before),
      isWorthShowing: (lastAt, hasEnded) => ports.isWorthShowing?.(file, lastAt, hasEnded) ?? clock.now() - lastAt < RECENT_MS,
    });
  }

  #close(file: File): void {
    if (file.follower !== undefined) this.#quota.free(file);
    this.#inUse.delete(file);
    this.#openFiles.close(file.path);
    delete file.follower;
  }

  #end(file: File, renamedTo: string | undefined): void {
    this.#checks.recordReadable(file.path);
    this.#close(file);
    this.#quota.forget(file);
    this.#knownByPath.delete(file.path);
    this.#reads.forget(file.path);
    // If the name comes back, nothing is emitted twice.
    if (file.checkpoint !== undefined) setBounded(this.#endedByPath, file.path, file.checkpoint, MAX_ENDED);
    this.#ports.onEnded(file, renamedTo);
  }

  /** Closes a file to which nothing was written for long. Its position is kept. */
  #restIfIdle(file: File): void {
    const idleMs = this.#ports.clock.monotonic() - file.lastLinesAt;
    if (file.follower === undefined || idleMs < RECENT_MS || this.#ports.isLive?.(file) === true) return;
    const found = this.#checks.look(file.path);
    if (found === undefined || this.#reads.isBusy(file.path)) return;
    this.#atRest(file, found);
    this.#ports.onRest?.(file);
    this.#close(file);
    this.#reads.forget(file.path);
  }
}

/** Where all of it was read. An inode that numbers cannot tell apart counts as another one, and is read on. */
function isWhere({ dev, ino, offset }: TailCheckpoint, found: FileLook): boolean {
  return `${found.dev}` === dev && `${found.ino}` === ino && found.size === offset;
}
