// Reads transcripts and emits their events under the keys of their sessions. Does not find folders.

import { basename, dirname } from 'node:path';
import type { Clock } from '../../../core/clock.ts';
import type { SessionEvent } from '../../../core/event.ts';
import { RECENT_MS } from '../../../files/followed-file.ts';
import type { DecodedEvent, DecodedLine } from '../decoding/decoded-event.ts';
import type { IndexEntry } from '../decoding/index-entry.ts';
import { setBounded } from '../../../core/bounded-map.ts';
import { agentOf, unindexedKey } from '../decoding/session-key.ts';
import { SessionEmitter } from './session-emitter.ts';
import type { Folder } from './sessions-folders.ts';
import { sessionIdOf } from './file-name.ts';
import { opensTurn } from './transcript-format.ts';
import { IndexFiles } from './index-files.ts';
import { UnnamedTurns } from './unnamed-turns.ts';
import type { PidNamespace } from './lock-file.ts';
import type { Problems } from './transcripts-problems.ts';
import { newRecord, type TranscriptCheckpoint, type TranscriptRecord } from './transcript-record.ts';
import type { IndexChange } from './session-index.ts';
import { LifeSigns } from './life-signs.ts';
import { Transcripts } from './transcripts.ts';
import { WriterClock } from '../../../files/writer-clock.ts';

export interface SessionReaderOptions {
  /** The id of the source. */
  source: string;
  root: string;
  sessionsJson: string | undefined;
  clock: Clock;
  problems: Problems;
  pidNamespace: PidNamespace;
  redact(text: string): string;
  newDecoder(): (line: string) => DecodedLine;
  emit(event: SessionEvent): void;
  onProgress(path: string, checkpoint: TranscriptCheckpoint | undefined): void;
  /** The folders that exist now. */
  folders(): readonly Folder[];
  /** Keeps a promise for which nobody waits. */
  track(promise: Promise<unknown>): void;
  /** No index names a transcript yet: the index should be read, and `readUnnamed` called in time. */
  onUnnamed(folder: string): void;
}

const MAX_SPEAKERS = 5_000;

export class SessionReader {
  readonly indexes: IndexFiles;
  readonly transcripts: Transcripts;
  readonly signs: LifeSigns;
  readonly #options: SessionReaderOptions;
  readonly #emitter: SessionEmitter;
  /** The transcript that last gave events of a session: a file left behind by a reset must not end its successor's turn. */
  readonly #speakerByKey = new Map<string, string>();
  /** By folder, because one host writes all files of a folder. */
  readonly #clocksByFolder = new Map<string, WriterClock>();
  readonly #unnamedTurns = new UnnamedTurns();
  #isReady = false;

  constructor(options: SessionReaderOptions) {
    const { source, root, sessionsJson, clock, problems, redact, newDecoder, pidNamespace, emit } = options;
    this.#options = options;
    this.indexes = new IndexFiles({ root, sessionsJson, clock, problems, onChanged: (change) => this.#indexed(change) });
    const emitter = new SessionEmitter({
      source,
      clock,
      redact,
      entryOf: (key) => this.indexes.entryOf(key),
      keyOfSession: (sessionId) => this.indexes.keyOfSession(sessionId),
      emit,
    });
    this.#emitter = emitter;
    this.transcripts = new Transcripts({
      root,
      clock,
      problems,
      newDecoder,
      keyOf: (record) => this.#keyOf(record),
      isLive: (record) => record.key !== undefined && this.signs.isBusy(record.key),
      emit: (record, events) => this.#emit(record, events),
      onLiveLine: (record, line, before) => this.#clockOf(record.folder).observe(line, before, clock.now()),
      lagMsOf: (record) => this.#clockOf(record.folder).lagMs,
      onProgress: (record) => this.#progressed(record),
      onEnded: (record, archivedBy) => this.#ended(record, archivedBy === 'reset'),
    });
    const keyOf = (path: string) => this.#keyOfPath(path);
    const pathOf = (entry: IndexEntry) => this.indexes.pathOf(entry, options.folders());
    this.signs = new LifeSigns({ clock, root, pidNamespace, transcripts: this.transcripts, emitter, keyOf, pathOf });
  }

  /**
   * Everything that existed was read. Only now rows of the indexes are signs of life: before the transcripts they would open a second
   * box for the same turn.
   */
  async ready(): Promise<void> {
    this.#isReady = true;
    await this.signs.indexed(this.indexes.all());
  }

  /** Introduces sessions that an earlier process watched: their rows may have changed since. */
  introduceKnown(keys: Iterable<string>): void {
    for (const key of keys) {
      const entry = this.indexes.entryOf(key);
      if (entry !== undefined) this.#emitter.introduce(key, { agentId: agentOf(key), sessionId: entry.sessionId });
    }
  }

  /** The folder of a checkpoint no longer exists: nothing can end its session, so the session is lost. */
  abandon(path: string, checkpoint: TranscriptCheckpoint): void {
    this.#emitter.emitOne(checkpoint.sessionKey, { agentId: '', sessionId: sessionIdOf(basename(path)) }, this.#lost());
    this.#options.onProgress(path, undefined);
  }

  async stop(): Promise<void> {
    this.signs.stop();
    await this.indexes.stop();
    await this.transcripts.stop();
  }

  #indexed({ entries, goneKeys }: IndexChange): void {
    this.#emitter.refresh(new Set([...entries.map((entry) => entry.key), ...goneKeys]));
    this.transcripts.readUnnamed();
    for (const path of this.#unnamedTurns.paths()) this.#applyName(path);
    if (this.#isReady) this.#options.track(this.signs.indexed(entries));
  }

  /**
   * An index now names a session that had a substitute key: its newest turn is emitted again under the right key. Nothing of it was
   * shown, because a session without an index entry counts as private.
   */
  #applyName(path: string): void {
    const record = this.transcripts.get(path);
    const named = record === undefined ? undefined : this.indexes.namedKeyOf(record);
    if (record === undefined || named === undefined) return;
    const { key } = record;
    const events = this.#unnamedTurns.take(path, this.#options.clock.now() - RECENT_MS);
    if (key === undefined || key === named || events.length === 0) return;
    this.#emitter.emitOne(key, record, this.#lost());
    record.key = named;
    this.#emit(record, events);
  }

  #keyOf(record: TranscriptRecord): string | undefined {
    const key = this.indexes.keyOf(record);
    if (key === undefined) this.#options.onUnnamed(record.folder);
    return key;
  }

  #keyOfPath(path: string): string | undefined {
    const folder = this.#options.folders().find((other) => other.path === dirname(path));
    return this.transcripts.get(path)?.key ?? (folder === undefined ? undefined : this.indexes.keyOf(newRecord(path, folder)));
  }

  #emit(record: TranscriptRecord, events: readonly DecodedEvent[]): void {
    // A turn that began under a substitute key is emitted again as a whole, or keeps that key. So no turn is split in two.
    const named = events.some(opensTurn) ? this.indexes.namedKeyOf(record) : undefined;
    if (named !== undefined) record.key = named;
    const { key } = record;
    if (key === undefined) return;
    if (key === unindexedKey(record.agentId, record.sessionId)) this.#unnamedTurns.add(record.path, events);
    else this.#unnamedTurns.forget(record.path);
    setBounded(this.#speakerByKey, key, record.path, MAX_SPEAKERS);
    this.#emitter.emitLines(key, record, events, this.#clockOf(record.folder).lagMs);
    const parentKey = this.indexes.entryOf(key)?.parentKey;
    if (parentKey !== undefined) this.#wantParent(parentKey);
  }

  /** The turn that spawned a session at work is of interest, however old its last line is. */
  #wantParent(key: string): void {
    const entry = this.indexes.entryOf(key);
    const path = entry === undefined ? undefined : this.indexes.pathOf(entry, this.#options.folders());
    if (path === undefined || this.transcripts.get(path)?.interest === 'child') return;
    this.#options.track(this.transcripts.want(path, 'child'));
  }

  /** Takes over what an earlier process measured of the clock of this folder's writer. */
  restoreClock(folder: string, lagMs: number): void {
    if (!this.#clocksByFolder.has(folder)) this.#clocksByFolder.set(folder, new WriterClock(lagMs));
  }

  #clockOf(folder: string): WriterClock {
    const known = this.#clocksByFolder.get(folder) ?? new WriterClock();
    this.#clocksByFolder.set(folder, known);
    return known;
  }

  #storedLag({ folder }: TranscriptRecord): { lagMs?: number } {
    const { lagMs } = this.#clockOf(folder);
    return lagMs === 0 ? {} : { lagMs };
  }

  #progressed(record: TranscriptRecord): void {
    const { checkpoint, key, path } = record;
    if (checkpoint !== undefined && key !== undefined)
      this.#options.onProgress(path, { ...checkpoint, sessionKey: key, ...this.#storedLag(record) });
  }

  #ended(record: TranscriptRecord, wasReset: boolean): void {
    this.#options.onProgress(record.path, undefined);
    this.#unnamedTurns.forget(record.path);
    const { key } = record;
    if (key === undefined || (this.#speakerByKey.get(key) ?? record.path) !== record.path) return;
    const hasMovedOn = (this.indexes.entryOf(key)?.sessionId ?? record.sessionId) !== record.sessionId;
    if (hasMovedOn && !wasReset && this.signs.isBusy(key)) return;
    this.#emitter.emitOne(key, record, wasReset ? { ...this.#lost(), by: 'reset' } : this.#lost());
  }

  #lost(): Extract<DecodedEvent, { type: 'source_lost' }> {
    return { type: 'source_lost', at: this.#options.clock.now() };
  }
}
