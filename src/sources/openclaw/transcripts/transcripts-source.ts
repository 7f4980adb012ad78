// The source `transcripts`: finds folders, sweeps them and passes hints on. session-reader.ts emits what the files say.

import { dirname, sep } from 'node:path';
import type { SessionEvent } from '../../../core/event.ts';
import type { Source, SourcePorts } from '../../../core/source.ts';
import type { NeededArgs } from '../decoding/decode-context.ts';
import { createTranscriptDecoder } from './decode-transcript.ts';
import { FolderListings } from './folder-listings.ts';
import { type Folder, SESSIONS_FOLDERS } from './sessions-folders.ts';
import { fileKindOf } from './file-name.ts';
import { NAME_WAIT_MS } from './index-files.ts';
import { WatchedFolders } from '../../../files/watched-folders.ts';
import { healthOf, type TranscriptDetails } from './transcripts-health.ts';
import { ChangedNames } from '../../../files/changed-names.ts';
import { TRANSCRIPTS } from './transcripts-identity.ts';
import type { PidNamespace } from './lock-file.ts';
import { createProblems, type Problems } from './transcripts-problems.ts';
import { SessionReader } from './session-reader.ts';
import { decodeTranscriptCheckpoint, type TranscriptCheckpoint } from './transcript-record.ts';
import { inSlices } from '../../../files/in-slices.ts';
import { Sweeps } from '../../../files/sweeps.ts';
import { Timers } from '../../../core/timers.ts';
import { UnknownKinds } from '../../../core/unknown-kinds.ts';
import { type OpenPorts, untilStopped } from '../../../core/until-stopped.ts';
import type { FileEvents } from '../../../files/watch.ts';

export type { TranscriptCheckpoint } from './transcript-record.ts';

export interface TranscriptSourceOptions extends Pick<SourcePorts, 'clock' | 'log' | 'redact' | 'emit'> {
  /** The id of the source; needed where there are several. */
  id?: string;
  /** A sessions folder, or an agents root whose `<agent>/sessions` are watched. It may be missing and is waited for. */
  dir: string;
  /** One session index for all folders; default: the `sessions.json` in each folder. */
  sessionsJson?: string | undefined;
  /** Poll instead of using file events, for network mounts. */
  polling: boolean;
  checkpoints?: SourcePorts['checkpoints'];
  onProgress?(path: string, checkpoint: TranscriptCheckpoint | undefined): void;
  /** Turns carry the text of the person who started them. */
  emitsQuestions?: boolean;
  neededArgs?: NeededArgs | undefined;
  showsFailures?: boolean | undefined;
  knownKeys?: SourcePorts['knownKeys'];
  pidNamespace?: PidNamespace;
  fileEvents?: FileEvents;
}

export interface TranscriptSource extends Source {
  details(): TranscriptDetails;
}

/** A source that emits the events of OpenClaw's transcripts below `dir`, from `start` until `stop`. */
export function createTranscriptSource(options: TranscriptSourceOptions): TranscriptSource {
  return untilStopped(options, (ports) => {
    const source = new TranscriptFiles(ports);
    return {
      id: options.id ?? TRANSCRIPTS.id,
      capabilities: TRANSCRIPTS.capabilities,
      start: () => source.start(),
      stop: () => source.stop(),
      health: () => healthOf(source.details()),
      details: () => source.details(),
    };
  });
}

const TICK_MS = 2_000; // locks, and the index for all folders
const UNNAMED_READ_MS = NAME_WAIT_MS + 50; // just after the wait for an index is over
const INDEXES_AT_ONCE = 16;

class TranscriptFiles {
  readonly #options: OpenPorts<TranscriptSourceOptions>;
  readonly #problems: Problems;
  readonly #timers: Timers;
  readonly #folders: WatchedFolders<Folder>;
  readonly #sweeps: Sweeps;
  readonly #reader: SessionReader;
  readonly #changedNames = new ChangedNames<Folder>((folder, name) => this.#look(folder, name));
  readonly #listings: FolderListings;
  readonly #unknownKinds = new UnknownKinds();
  #unadopted: [string, TranscriptCheckpoint][];
  /** Until then no hint may put a transcript into use: it would not be read from its checkpoint. */
  #hasAdopted = false;
  #hasStarted = false;

  constructor(options: OpenPorts<TranscriptSourceOptions>) {
    const { dir: root, clock, log, polling, fileEvents } = options;
    this.#options = options;
    this.#problems = createProblems(log, clock);
    this.#timers = new Timers(clock);
    this.#sweeps = new Sweeps({ clock, sweep: () => this.#sweep(), hasEvents: () => this.#folders.watching === 'events' });
    this.#unadopted = [...(options.checkpoints ?? [])].flatMap(([path, value]) => {
      const checkpoint = decodeTranscriptCheckpoint(value);
      return checkpoint === undefined ? [] : [[path, checkpoint]];
    });
    this.#reader = this.#createReader();
    this.#listings = new FolderListings(this.#reader, this.#problems, clock);
    this.#folders = new WatchedFolders({
      root,
      layout: SESSIONS_FOLDERS,
      polling,
      problems: this.#problems,
      onName: (folder, name) => this.#onName(folder, name),
      onHint: () => this.#sweeps.soon(),
      onFound: (folder) => this.#reader.indexes.add(folder),
      onGone: (folder) => this.#timers.track(this.#reader.indexes.remove(folder)),
      ...(fileEvents === undefined ? {} : { events: fileEvents }),
    });
  }

  async start(): Promise<void> {
    await this.#sweeps.now();
    this.#reader.introduceKnown(this.#options.knownKeys?.() ?? []);
    await this.#reader.ready();
    this.#hasStarted = true;
    this.#sweeps.start();
    this.#tickLater();
  }

  async stop(): Promise<void> {
    await this.#changedNames.stop();
    await this.#folders.stop();
    await this.#sweeps.stop();
    await this.#timers.stop();
    await this.#reader.stop();
  }

  details(): TranscriptDetails {
    return {
      files: this.#reader.transcripts.size,
      active: this.#reader.transcripts.inUse,
      lastEventAt: this.#options.lastEventAt(),
      unknownKinds: this.#unknownKinds.counts,
      problems: this.#problems.list(),
      ignored: this.#listings.ignoredIn(this.#folders.all()),
      watching: this.#folders.watching,
      readable: this.#folders.readable,
      wasRead: this.#hasStarted,
      forbidden: this.#folders.forbidden,
    };
  }

  #createReader(): SessionReader {
    const {
      id = TRANSCRIPTS.id,
      dir,
      sessionsJson,
      clock,
      redact,
      onProgress,
      emitsQuestions = false,
      neededArgs,
      showsFailures,
      pidNamespace = 'auto',
    } = this.#options;
    return new SessionReader({
      source: id,
      root: dir,
      sessionsJson,
      clock,
      problems: this.#problems,
      pidNamespace,
      redact,
      newDecoder: () =>
        createTranscriptDecoder({ redact, emitsQuestions, neededArgs, showsFailures, onUnknown: (kind) => this.#unknownKinds.add(kind) }),
      emit: (event) => this.#emit(event),
      onProgress: (path, checkpoint) => onProgress?.(path, checkpoint),
      folders: () => this.#folders.all(),
      track: (promise) => this.#timers.track(promise),
      onUnnamed: (folder) => this.#onUnnamed(folder),
    });
  }

  #emit(event: SessionEvent): void {
    try {
      this.#options.emit(event);
    } catch {
      // One event that cannot be emitted must not stop the others.
      this.#problems.record('emit_failed', event.sessionKey);
    }
  }

  /** Finds what exists now, whatever events were lost. */
  async #sweep(): Promise<void> {
    const { indexes, transcripts } = this.#reader;
    await this.#folders.rediscover();
    const watching = this.#folders.watching === 'events' ? 'events' : 'polling';
    const changed = this.#folders.all().filter((folder) => this.#listings.hasNews(folder));
    await inSlices(changed, INDEXES_AT_ONCE, ({ path }) => indexes.look(path));
    await indexes.sweep(watching);
    if (this.#folders.readable) await this.#adopt();
    const listed = this.#folders.all().filter((folder) => this.#listings.hasNews(folder));
    await inSlices(listed, 1, (folder) => this.#listings.list(folder));
    await transcripts.sweep(watching);
    this.#tickIfDue();
  }

  async #adopt(): Promise<void> {
    const unadopted = this.#unadopted;
    this.#unadopted = [];
    for (const [path, checkpoint] of unadopted) {
      const folder = this.#folders.at(dirname(path));
      if (folder !== undefined) this.#reader.restoreClock(folder.path, checkpoint.lagMs ?? 0);
      if (folder !== undefined) await this.#reader.transcripts.adopt(path, folder, checkpoint);
      else this.#reader.abandon(path, checkpoint);
    }
    this.#hasAdopted = true;
  }

  /** While nothing is to be looked at regularly there is no timer. */
  #tickIfDue(): void {
    const { indexes, signs } = this.#reader;
    if (indexes.hasElsewhere || signs.areDue) this.#tickLater();
  }

  #tickLater(): void {
    if (this.#hasStarted) this.#timers.once('tick', TICK_MS, () => this.#tick());
  }

  async #tick(): Promise<void> {
    await this.#reader.indexes.lookElsewhere();
    await this.#reader.signs.renew();
    this.#tickIfDue();
  }

  #onUnnamed(folder: string): void {
    this.#timers.track(this.#reader.indexes.look(folder));
    this.#timers.once('unnamed', UNNAMED_READ_MS, async () => this.#reader.transcripts.readUnnamed());
  }

  #onName(folder: Folder, name: string): void {
    if (this.#hasAdopted) this.#changedNames.add(folder, name); // until then the first sweep looks at everything
  }

  /** Handles a changed file. Resolves as soon as the next one may be handled. */
  async #look(folder: Folder, name: string): Promise<void> {
    const { transcripts, indexes, signs } = this.#reader;
    const kind = fileKindOf(name);
    const path = folder.path + sep + name;
    if (this.#folders.at(folder.path) !== folder) return;
    switch (kind.kind) {
      case 'transcript':
        return transcripts.hint(path, folder, this.#listings.has(folder));
      case 'ignored':
        return indexes.namesFile(folder.path, name) ? transcripts.hint(path, folder, this.#listings.has(folder)) : undefined;
      case 'archived':
        return this.#timers.track(transcripts.read(folder.path + sep + kind.transcript));
      case 'index':
        this.#tickLater();
        return this.#timers.track(indexes.look(folder.path));
      case 'lock':
        this.#tickLater();
        return signs.hintLock(path);
      case 'other':
        return;
      default:
        return kind satisfies never;
    }
  }
}
