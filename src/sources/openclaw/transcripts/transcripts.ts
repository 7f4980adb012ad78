// Owns every transcript that is known and reads the ones in use, one read at a time per file. Does not find files and names no session.

import { basename } from 'node:path';
import type { Clock } from '../../../core/clock.ts';
import type { DecodedEvent, DecodedLine } from '../decoding/decoded-event.ts';
import { remember } from '../../../core/remember.ts';
import type { Folder } from './discover.ts';
import { type ArchiveReason, archiveReasonOf } from './file-name.ts';
import { Follower, type FollowRead, type FollowStart, type TailCheckpoint } from './follow.ts';
import { createLimit } from '../../../files/limit.ts';
import { Looks } from './looks.ts';
import { OneAtATime } from '../../../files/one-at-a-time.ts';
import type { FileIdentity } from '../../../files/open-file.ts';
import { Places } from './places.ts';
import type { Problems } from './problems.ts';
import { firstStart, type Interest, laterStart, newRecord, RECENT_MS, type TranscriptCheckpoint, type TranscriptRecord } from './record.ts';
import { Round } from '../../../files/round.ts';
import { inSlices } from '../../../files/slices.ts';
import { Timers } from '../../../core/timers.ts';
import type { Sighting } from './writer-clock.ts';

export interface TranscriptsOptions {
  root: string;
  clock: Clock;
  problems: Problems;
  newDecoder(): (line: string) => DecodedLine;
  /** The session of a transcript; `undefined` when nothing names it yet: it is asked again. */
  keyOf(record: TranscriptRecord): string | undefined;
  isLive(record: TranscriptRecord): boolean;
  emit(record: TranscriptRecord, events: readonly DecodedEvent[]): void;
  /** A line has just arrived; see `FollowOptions`. */
  onNews(record: TranscriptRecord, line: Sighting, before: Sighting | undefined): void;
  /** What is added to an instant of this transcript, to have it by our clock. */
  lagMsOf(record: TranscriptRecord): number;
  onProgress(record: TranscriptRecord): void;
  /** A transcript is gone; everything that could be read of it was emitted. */
  onEnded(record: TranscriptRecord, archivedBy: ArchiveReason | undefined): void;
}

const MAX_OPEN_FILES = 8;
const RETRY_MS = 1_000;
const MAX_ENDED = 500;
const STATS_PER_SWEEP = 2_000; // of those that are known
const READS_AT_ONCE = 64;

/** The sessions folder a transcript lies in. */
type Place = Pick<Folder, 'path' | 'agentId'>;

/** The transcripts of all folders. Nothing here throws. */
export class Transcripts {
  readonly #options: TranscriptsOptions;
  readonly #recordsByPath = new Map<string, TranscriptRecord>();
  readonly #inUse = new Set<TranscriptRecord>();
  readonly #endedByPath = new Map<string, TailCheckpoint>();
  readonly #reads = new OneAtATime();
  readonly #limit = createLimit(MAX_OPEN_FILES);
  readonly #looks: Looks;
  readonly #places: Places;
  readonly #timers: Timers;
  readonly #round = new Round(this.#recordsByPath);
  #isStopped = false;

  constructor(options: TranscriptsOptions) {
    this.#options = options;
    this.#looks = new Looks(options.problems);
    this.#places = new Places(options.problems);
    this.#timers = new Timers(options.clock);
  }

  get size(): number {
    return this.#recordsByPath.size;
  }

  get inUse(): number {
    return this.#inUse.size;
  }

  get(path: string): TranscriptRecord | undefined {
    return this.#recordsByPath.get(path);
  }

  /** Takes up what a checkpoint says. A file that is as it was left stays at rest; one that is gone is looked for under its later name. */
  async adopt(path: string, folder: Place, checkpoint: TranscriptCheckpoint): Promise<void> {
    const { sessionKey, ...tail } = checkpoint;
    const record = newRecord(path, folder);
    record.checkpoint = tail;
    record.key = sessionKey;
    const file = await this.#looks.stat(path);
    this.#recordsByPath.set(path, record);
    if (file?.dev === tail.dev && file.ino === tail.ino && file.size === tail.offset) this.#atRest(record, file);
    else this.#open(record);
    await this.read(path);
  }

  /** Looks at a transcript that exists or existed: one that is in use is read on, a new or changed one is put into use if it matters. */
  async look(path: string, folder: Place, isNew: boolean): Promise<void> {
    await this.#examine(path, folder, isNew);
    await this.read(path);
  }

  /** As `look`, but does not wait for what there is to read. */
  async hint(path: string, folder: Place, isNew: boolean): Promise<void> {
    await this.#examine(path, folder, isNew);
    void this.read(path);
  }

  async #examine(path: string, folder: Place, isNew: boolean): Promise<void> {
    if (this.#recordsByPath.get(path)?.follower !== undefined) return;
    const file = await this.#looks.stat(path);
    const record = this.#recordsByPath.get(path);
    if (record?.follower !== undefined) return;
    if (file === undefined) return this.#vanished(record);
    if (record === undefined) this.#meet(newRecord(path, folder), file, isNew);
    else if (record.version !== file.version) {
      this.#open(record);
      this.#atRest(record, file);
    }
  }

  /** Puts a transcript into use although its file is old. Resolves when it was read. */
  async want(path: string, interest: Exclude<Interest, 'none'>): Promise<void> {
    const record = this.#recordsByPath.get(path);
    if (record === undefined) return;
    if (record.interest !== 'child') record.interest = interest;
    if (record.follower === undefined) this.#open(record);
    await this.read(path);
  }

  /** Reads on until there is nothing more. Resolves then; a file that settles is read again later by itself. */
  read(path: string): Promise<void> {
    const record = this.#recordsByPath.get(path);
    if (record?.follower === undefined || this.#isStopped) return Promise.resolve();
    return this.#reads.ask(path, () => this.#readOnce(record));
  }

  /** Makes up for lost file events: reads every file in use, and looks at the `stat` of some of the others. */
  async sweep(): Promise<void> {
    const inUse = [...this.#inUse];
    await inSlices(inUse, READS_AT_ONCE, (record) => this.read(record.path));
    const atRest = this.#round.next(STATS_PER_SWEEP).filter(({ follower }) => follower === undefined);
    await inSlices(atRest, READS_AT_ONCE, ({ path, folder, agentId }) => this.look(path, { path: folder, agentId }, false));
    for (const record of inUse) await this.#restIfIdle(record);
    for (const [record, start] of this.#places.waiting()) {
      this.#open(record, start);
      void this.read(record.path);
    }
  }

  /** Tries again what waits for its session's name. */
  readUnnamed(): void {
    for (const record of this.#inUse) if (record.unnamedSince !== undefined) void this.read(record.path);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#timers.stop();
    await this.#reads.stop();
  }

  #meet(record: TranscriptRecord, file: FileIdentity, isNew: boolean): void {
    const left = this.#endedByPath.get(record.path);
    if (left !== undefined) record.checkpoint = left;
    this.#endedByPath.delete(record.path);
    this.#recordsByPath.set(record.path, record);
    this.#atRest(record, file);
    const start = left === undefined ? firstStart(file, { isNew, now: this.#options.clock.now() }) : laterStart(record);
    if (start !== undefined) this.#open(record, start);
  }

  #atRest(record: TranscriptRecord, file: FileIdentity): void {
    record.version = file.version;
    record.size = file.size;
  }

  #vanished(record: TranscriptRecord | undefined): void {
    if (record === undefined) return;
    this.#looks.readable(record.path);
    // How it ended may stand in the file it was renamed to.
    if (record.checkpoint === undefined) {
      this.#places.forget(record);
      this.#recordsByPath.delete(record.path);
    } else this.#open(record);
  }

  #open(record: TranscriptRecord, start: FollowStart = laterStart(record)): void {
    const { root, clock, newDecoder, emit, onNews, lagMsOf } = this.#options;
    if (record.follower === undefined && !this.#places.take(record, start)) return;
    record.lastLinesAt = clock.monotonic();
    this.#inUse.add(record);
    record.follower = new Follower({
      path: record.path,
      root,
      clock,
      start,
      newDecoder,
      emit: (events) => {
        if (events.length > 0) emit(record, events);
      },
      onNews: (line, before) => onNews(record, line, before),
      isWorthShowing: (lastAt, hasEnded) =>
        record.interest === 'child' || clock.now() - lastAt - lagMsOf(record) < RECENT_MS || (record.interest === 'live' && !hasEnded),
    });
  }

  /** True: there is more. */
  async #readOnce(record: TranscriptRecord): Promise<boolean> {
    const { follower } = record;
    if (follower === undefined || !this.#isNamed(record)) return false;
    try {
      return this.#took(record, await this.#limit(() => follower.read()));
    } catch {
      // An entry that cannot be handed on must not stop the file, nor the others.
      this.#options.problems.note('failed', record.path);
      return false;
    }
  }

  #isNamed(record: TranscriptRecord): boolean {
    const key = record.key ?? this.#options.keyOf(record);
    if (key === undefined) {
      record.unnamedSince ??= this.#options.clock.monotonic();
      return false;
    }
    record.key = key;
    delete record.unnamedSince;
    return true;
  }

  /** True: read on at once. */
  #took(record: TranscriptRecord, read: FollowRead): boolean {
    if (read.change !== 'refused' && read.change !== 'settling') this.#looks.readable(record.path);
    switch (read.change) {
      case 'unchanged':
        return false;
      case 'progressed':
        this.#progressed(record, read);
        return read.more;
      case 'settling':
        this.#later(record, read.retryInMs);
        return false;
      case 'renamed':
        this.#renamed(record, archiveReasonOf(basename(read.to)));
        return false;
      case 'gone':
        this.#end(record, undefined);
        return false;
      case 'refused':
        this.#looks.refused(record.path, read.refusal);
        if (read.refusal === 'exhausted') this.#later(record, RETRY_MS);
        return false;
      default:
        return read satisfies never;
    }
  }

  #progressed(record: TranscriptRecord, read: Extract<FollowRead, { change: 'progressed' }>): void {
    const { clock, problems, onProgress } = this.#options;
    if (read.lines > 0) record.lastLinesAt = clock.monotonic();
    if (read.longLines > 0) problems.note('long_line', record.path, read.longLines);
    if (read.nulBlocks > 0) problems.note('nul_block', record.path, read.nulBlocks);
    const checkpoint = record.follower?.checkpoint();
    if (checkpoint === undefined) return;
    record.checkpoint = checkpoint;
    onProgress(record);
  }

  #close(record: TranscriptRecord): void {
    if (record.follower !== undefined) this.#places.free(record);
    this.#inUse.delete(record);
    delete record.follower;
  }

  /** A backup is made when the transcript goes on under its old name. */
  #renamed(record: TranscriptRecord, reason: ArchiveReason | undefined): void {
    if (reason !== 'bak') this.#end(record, reason);
  }

  #end(record: TranscriptRecord, archivedBy: ArchiveReason | undefined): void {
    this.#looks.readable(record.path);
    this.#close(record);
    this.#places.forget(record);
    this.#recordsByPath.delete(record.path);
    this.#reads.forget(record.path);
    // Should the name come back, what was handed on is not handed on again.
    if (record.checkpoint !== undefined) remember(this.#endedByPath, record.path, record.checkpoint, MAX_ENDED);
    this.#options.onEnded(record, archivedBy);
  }

  #later({ path }: TranscriptRecord, delayMs: number): void {
    this.#timers.once(path, delayMs, () => this.read(path));
  }

  /** Gives a file back that nothing was written to for long; its place is kept. */
  async #restIfIdle(record: TranscriptRecord): Promise<void> {
    const idleMs = this.#options.clock.monotonic() - record.lastLinesAt;
    if (record.follower === undefined || idleMs < RECENT_MS || this.#options.isLive(record)) return;
    const file = await this.#looks.stat(record.path);
    if (file === undefined || this.#reads.isBusy(record.path)) return;
    this.#atRest(record, file);
    record.interest = 'none';
    this.#close(record);
    this.#reads.forget(record.path);
  }
}
