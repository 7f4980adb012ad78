// Follows the transcripts of all sessions folders: decides when one may be read and whether its last turn is of interest.

import { basename } from 'node:path';
import type { Clock } from '../../../core/clock.ts';
import { RECENT_MS } from '../../../files/followed-file.ts';
import { FollowedFiles } from '../../../files/followed-files.ts';
import type { Sighting } from '../../../files/writer-clock.ts';
import type { DecodedEvent, DecodedLine } from '../decoding/decoded-event.ts';
import { type ArchiveReason, archiveReasonOf } from './file-name.ts';
import { transcriptFormat } from './transcript-format.ts';
import type { Problems } from './transcripts-problems.ts';
import { type Interest, newRecord, type Place, type TranscriptCheckpoint, type TranscriptRecord } from './transcript-record.ts';

export interface TranscriptsOptions {
  root: string;
  clock: Clock;
  problems: Problems;
  newDecoder(): (line: string) => DecodedLine;
  /** The session of a transcript; `undefined` while it is not known. Then it is asked again. */
  keyOf(record: TranscriptRecord): string | undefined;
  isLive(record: TranscriptRecord): boolean;
  emit(record: TranscriptRecord, events: readonly DecodedEvent[]): void;
  /** A line has just been written; see `FollowOptions`. */
  onLiveLine(record: TranscriptRecord, line: Sighting, before: Sighting | undefined): void;
  /** What is added to an instant of this transcript to get it by our clock. */
  lagMsOf(record: TranscriptRecord): number;
  onProgress(record: TranscriptRecord): void;
  /** A transcript is gone. Everything that could be read of it was emitted. */
  onEnded(record: TranscriptRecord, archivedBy: ArchiveReason | undefined): void;
}

/** Nothing here throws. `FollowedFiles` explains the methods. */
export class Transcripts {
  readonly #options: TranscriptsOptions;
  readonly #files: FollowedFiles<DecodedEvent, TranscriptRecord>;

  constructor(options: TranscriptsOptions) {
    const { root, clock, problems, emit } = options;
    this.#options = options;
    this.#files = new FollowedFiles({
      root,
      clock,
      problems,
      format: transcriptFormat(() => options.newDecoder()),
      isReady: (record) => this.#isNamed(record),
      isLive: (record) => options.isLive(record),
      isWorthShowing: (record, lastAt, hasEnded) => this.#isWorthShowing(record, lastAt, hasEnded),
      emit: (record, events) => emit(record, events),
      onRemoved: (record) => emit(record, [{ type: 'compacted', at: clock.now() }]),
      onLiveLine: (record, line, before) => options.onLiveLine(record, line, before),
      onProgress: (record) => options.onProgress(record),
      onRest: (record) => {
        record.interest = 'none';
      },
      // After a backup the transcript goes on under its old name.
      goesOn: (path) => archiveReasonOf(basename(path)) === 'bak',
      onEnded: (record, path) => options.onEnded(record, path === undefined ? undefined : archiveReasonOf(basename(path))),
    });
  }

  get size(): number {
    return this.#files.size;
  }

  get inUse(): number {
    return this.#files.inUse.size;
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  get(path: string): TranscriptRecord | undefined {
    return this.#files.get(path);
  }

  adopt(path: string, place: Place, { sessionKey, ...tail }: TranscriptCheckpoint): Promise<void> {
    return this.#files.adopt({ ...newRecord(path, place), key: sessionKey }, tail);
  }

  look(path: string, place: Place, isNew: boolean): Promise<void> | undefined {
    return this.#files.look(path, isNew, (found) => newRecord(found, place));
  }

  hint(path: string, place: Place, isNew: boolean): void {
    this.#files.hint(path, isNew, (found) => newRecord(found, place));
  }

  /** Puts a transcript into use even if its file is old. Resolves when it was read. */
  want(path: string, interest: Exclude<Interest, 'none'>): Promise<void> {
    const record = this.#files.recordOf(path);
    if (record !== undefined && record.interest !== 'child') record.interest = interest;
    return this.#files.use(path);
  }

  read(path: string): Promise<void> {
    return this.#files.read(path);
  }

  sweep(watching: 'events' | 'polling'): Promise<void> {
    return this.#files.sweep(watching);
  }

  /** Reads again the transcripts whose session was not known yet. */
  readUnnamed(): void {
    for (const { path, unnamedSince } of this.#files.inUse) if (unnamedSince !== undefined) void this.#files.read(path);
  }

  stop(): Promise<void> {
    return this.#files.stop();
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

  #isWorthShowing(record: TranscriptRecord, lastAt: number, hasEnded: boolean): boolean {
    const { clock, lagMsOf } = this.#options;
    const isRecent = clock.now() - lastAt - lagMsOf(record) < RECENT_MS;
    return record.interest === 'child' || isRecent || (record.interest === 'live' && !hasEnded);
  }
}
