// The source `transcripts`: finds folders, sweeps them and passes hints on. Owns the timers; what files say is told by reading.ts.

import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import type { SessionEvent } from '../../core/event.ts';
import type { Logger } from '../../core/log.ts';
import { createTranscriptDecoder } from './decode.ts';
import { type Folder, listFolder } from './discover.ts';
import { fileKindOf, type IgnoredName } from './file-name.ts';
import { Folders, type Watching } from './folders.ts';
import type { PidNamespace } from './lock-file.ts';
import { createProblems, type Problem, type Problems } from './problems.ts';
import { Reading } from './reading.ts';
import { decodeCheckpoint, type TranscriptCheckpoint } from './record.ts';
import { Timers } from './timers.ts';
import type { WatchOptions } from './watch.ts';

export type { TranscriptCheckpoint } from './record.ts';

export interface TranscriptSourceOptions {
  /** A sessions folder, or an agents root of which every `<agent>/sessions` is watched. It may be missing and is waited for. */
  dir: string;
  /** One session index for all folders; default: the `sessions.json` in each folder. */
  sessionsJson?: string | undefined;
  /** Poll instead of using file events, for network mounts. */
  polling: boolean;
  clock: Clock;
  /** Gets every text in full before anything is shortened. */
  redact(text: string): string;
  /** Called in order per session; must not throw. */
  emit(event: SessionEvent): void;
  log: Logger;
  /** How far transcripts were read before, by their path: what `onProgress` was given. Anything else among it is ignored. */
  checkpoints?: ReadonlyMap<string, unknown>;
  /**
   * Called synchronously after all events of the bytes before `checkpoint.offset` were emitted, so that the state and the place can be
   * stored together. `undefined`: the transcript is gone, forget its checkpoint.
   */
  onProgress?(path: string, checkpoint: TranscriptCheckpoint | undefined): void;
  /** Tell what persons asked for with the turns they start. */
  tellsQuestions?: boolean;
  /** Sessions that an earlier process watched: what is known of them now is told before the start is over. */
  knownKeys?(): Iterable<string>;
  pidNamespace?: PidNamespace;
  startWatcher?: WatchOptions['start'];
}

export interface TranscriptHealth {
  /** Transcripts that are known, and how many of them are in use. */
  files: number;
  active: number;
  /** By our wall clock; undefined before the first event. */
  lastEventAt: number | undefined;
  unknownKinds: Record<string, number>;
  problems: Problem[];
  /** Files beside the transcripts that are no sessions, by what their names say they are; as of the last listing. */
  ignored: Counts;
  watching: Watching;
  /** Whether the directory exists and can be listed. */
  readable: boolean;
  /** It exists, but this user may not look into it. */
  forbidden: boolean;
}

export interface TranscriptSource {
  /** Resolves when everything that was there was read. */
  start(): Promise<void>;
  /** Resolves when nothing is read any more; no event comes after that. */
  stop(): Promise<void>;
  health(): TranscriptHealth;
}

/** A source that emits what OpenClaw's transcripts below `dir` say, from `start` on until `stop`. */
export function createTranscriptSource(options: TranscriptSourceOptions): TranscriptSource {
  const source = new Source(options);
  return { start: () => source.start(), stop: () => source.stop(), health: () => source.health() };
}

const SWEEP_MS = 5_000; // makes up for lost file events
const POLL_MS = 1_000; // without file events, and while the directory is missing
const TICK_MS = 2_000; // indexes and locks
const NAME_WAIT_MS = 2_050; // just after the wait for an index is over
const SOON_MS = 50; // a folder appears together with its first files
const LOOKS_AT_ONCE = 64;

class Source {
  readonly #options: TranscriptSourceOptions;
  readonly #problems: Problems;
  readonly #timers: Timers;
  readonly #folders: Folders;
  readonly #reading: Reading;
  readonly #listed = new WeakSet<Folder>();
  readonly #unknownKinds: Record<string, number> = {};
  readonly #ignoredByFolder = new Map<string, Counts>();
  #unadopted: [string, TranscriptCheckpoint][];
  /** Before that a hint must not put a transcript into use: it would be read from elsewhere than its checkpoint says. */
  #hasAdopted = false;
  #lastEventAt: number | undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: TranscriptSourceOptions) {
    const { dir: root, clock, log, polling, startWatcher } = options;
    this.#options = options;
    this.#problems = createProblems(log, clock);
    this.#timers = new Timers(clock);
    this.#unadopted = [...(options.checkpoints ?? [])].flatMap(([path, value]) => {
      const checkpoint = decodeCheckpoint(value);
      return checkpoint === undefined ? [] : [[path, checkpoint]];
    });
    this.#reading = this.#createReading();
    this.#folders = new Folders({
      root,
      polling,
      problems: this.#problems,
      onHint: (path) => this.#hint(path),
      onFound: (folder) => this.#reading.indexes.add(folder),
      onGone: (folder) => this.#timers.track(this.#reading.indexes.remove(folder)),
      ...(startWatcher === undefined ? {} : { startWatcher }),
    });
  }

  async start(): Promise<void> {
    await this.#sweep();
    this.#reading.announceKnown(this.#options.knownKeys?.() ?? []);
    await this.#reading.ready();
    const delayMs = () => (this.#folders.watching === 'events' ? SWEEP_MS : POLL_MS);
    this.#timers.repeat('sweep', delayMs, () => this.#sweep());
    this.#timers.repeat(
      'tick',
      () => TICK_MS,
      () => this.#tick(),
    );
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#folders.stop();
    await this.#timers.stop();
    await this.#reading.stop();
  }

  health(): TranscriptHealth {
    return {
      files: this.#reading.transcripts.size,
      active: this.#reading.transcripts.inUse,
      lastEventAt: this.#lastEventAt,
      unknownKinds: { ...this.#unknownKinds },
      problems: this.#problems.list(),
      ignored: sumOf(this.#folders.all().map(({ path }) => this.#ignoredByFolder.get(path) ?? {})),
      watching: this.#folders.watching,
      readable: this.#folders.readable,
      forbidden: this.#folders.forbidden,
    };
  }

  #createReading(): Reading {
    const { dir, sessionsJson, clock, redact, onProgress, tellsQuestions = false, pidNamespace = 'auto' } = this.#options;
    return new Reading({
      root: dir,
      sessionsJson,
      clock,
      problems: this.#problems,
      pidNamespace,
      redact,
      newDecoder: () => createTranscriptDecoder({ redact, tellsQuestions, onUnknown: (kind) => this.#countUnknown(kind) }),
      emit: (event) => this.#emit(event),
      onProgress: (path, checkpoint) => onProgress?.(path, checkpoint),
      folders: () => this.#folders.all(),
      track: (promise) => this.#timers.track(promise),
      onUnnamed: (folder) => this.#unnamed(folder),
    });
  }

  #emit(event: SessionEvent): void {
    if (this.#isStopped) return;
    this.#lastEventAt = this.#options.clock.now();
    try {
      this.#options.emit(event);
    } catch {
      // One event that cannot be handed on must not stop the others.
      this.#problems.note('emit_failed', event.sessionKey);
    }
  }

  #countUnknown(kind: string): void {
    this.#unknownKinds[kind] = (this.#unknownKinds[kind] ?? 0) + 1;
  }

  /** Finds what there is now, whatever events were lost. Sweeps never overlap. */
  #sweep(): Promise<void> {
    this.#sweeping = this.#sweeping.then(() => (this.#isStopped ? undefined : this.#sweepOnce()));
    return this.#sweeping;
  }

  async #sweepOnce(): Promise<void> {
    await this.#folders.discover();
    await this.#reading.indexes.look();
    if (this.#folders.readable) await this.#adopt();
    for (const folder of this.#folders.all()) await this.#list(folder);
    await this.#reading.transcripts.sweep();
  }

  async #adopt(): Promise<void> {
    const unadopted = this.#unadopted;
    this.#unadopted = [];
    for (const [path, checkpoint] of unadopted) {
      const folder = this.#folders.at(dirname(path));
      if (folder !== undefined) this.#reading.restoreClock(folder.path, checkpoint.lagMs ?? 0);
      if (folder !== undefined) await this.#reading.transcripts.adopt(path, folder, checkpoint);
      else this.#reading.abandon(path, checkpoint);
    }
    this.#hasAdopted = true;
  }

  async #list(folder: Folder): Promise<void> {
    const { transcripts, signs, indexes } = this.#reading;
    const listing = await listFolder(folder.path);
    if (typeof listing === 'string') return listing === 'missing' ? undefined : this.#problems.noteOnce('folder_unreadable', folder.path);
    this.#problems.over('folder_unreadable', folder.path);
    const isNew = this.#listed.has(folder);
    const isNamed = ({ name }: { name: string }): boolean => indexes.namesFile(folder.path, name);
    this.#ignoredByFolder.set(folder.path, countOf(listing.ignored.filter((file) => !isNamed(file))));
    const names = [...listing.transcripts, ...listing.ignored.filter(isNamed).map(({ name }) => name)];
    const unknown = names.map((name) => join(folder.path, name)).filter((path) => transcripts.get(path) === undefined);
    for (let begin = 0; begin < unknown.length; begin += LOOKS_AT_ONCE) {
      await Promise.all(unknown.slice(begin, begin + LOOKS_AT_ONCE).map((path) => transcripts.look(path, folder, isNew)));
    }
    this.#listed.add(folder);
    for (const name of listing.locks) signs.foundLock(join(folder.path, name));
    for (const { name, refusal } of listing.refused) this.#problems.noteOnce(refusal, join(folder.path, name));
  }

  async #tick(): Promise<void> {
    await this.#reading.indexes.look();
    await this.#reading.signs.renew();
  }

  #unnamed(folder: string): void {
    this.#timers.track(this.#reading.indexes.look(folder));
    this.#timers.once('unnamed', NAME_WAIT_MS, async () => this.#reading.transcripts.readUnnamed());
  }

  /** Something happened to a path: looks there. */
  #hint(path: string): void {
    const kind = fileKindOf(basename(path));
    const folder = this.#folders.at(dirname(path));
    if (folder === undefined) return this.#timers.once('soon', SOON_MS, () => this.#sweep());
    if (this.#hasAdopted) this.#timers.track(this.#look(path, kind, folder)); // else the first sweep looks at everything
  }

  async #look(path: string, kind: ReturnType<typeof fileKindOf>, folder: Folder): Promise<void> {
    const { transcripts, indexes, signs } = this.#reading;
    switch (kind.kind) {
      case 'transcript':
        return transcripts.look(path, folder, this.#listed.has(folder));
      case 'ignored':
        return indexes.namesFile(folder.path, basename(path)) ? transcripts.look(path, folder, this.#listed.has(folder)) : undefined;
      case 'archived':
        return transcripts.read(join(folder.path, kind.transcript));
      case 'index':
        return indexes.look(folder.path);
      case 'lock':
        return signs.hintLock(path);
      case 'other':
        return;
      default:
        return kind satisfies never;
    }
  }
}

type Counts = Record<string, number>;

function countOf(names: readonly { what: IgnoredName }[]): Counts {
  return sumOf(names.map(({ what }) => ({ [what]: 1 })));
}

function sumOf(counts: readonly Counts[]): Counts {
  const sum: Counts = {};
  for (const [what, count] of counts.flatMap((each) => Object.entries(each))) sum[what] = (sum[what] ?? 0) + count;
  return sum;
}
