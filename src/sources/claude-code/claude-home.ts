// Watches one configuration folder of Claude Code: wires its folders, session files and live files to the sessions they are about.

import { basename, dirname, join } from 'node:path';
import type { SessionEvent } from '../../core/event.ts';
import type { SourcePorts } from '../../core/source.ts';
import { Timers } from '../../core/timers.ts';
import { UnknownKinds } from '../../core/unknown-kinds.ts';
import type { OpenPorts } from '../../core/until-stopped.ts';
import { ChangedNames } from '../../files/changed-names.ts';
import { Sweeps } from '../../files/sweeps.ts';
import type { FileEvents } from '../../files/watch.ts';
import { WatchedFolders } from '../../files/watched-folders.ts';
import { createSafeText } from '../openclaw/decoding/safe-text.ts';
import type { Fact } from './session-facts.ts';
import { fileKindOf } from './file-names.ts';
import type { HomeDetails } from './home-health.ts';
import { type HomeFolder, homeLayout } from './home-folders.ts';
import { HomeNames } from './home-names.ts';
import { createProblems, type Problems } from './home-problems.ts';
import { LiveFiles } from './live-files.ts';
import { ProcessSight, type ProcessTable } from './process-sight.ts';
import { keyOf, SessionBook, type Track } from './session-book.ts';
import { checkpointsBelow, type SessionCheckpoint } from './session-checkpoint.ts';
import type { SessionFile } from './session-file.ts';
import { SessionFiles } from './session-files.ts';
import { VitalSigns } from './vital-signs.ts';

export interface HomeOptions extends SourcePorts {
  /** The id of the source. */
  id: string;
  /** The configuration folder. It may be missing and is waited for. */
  dir: string;
  polling: boolean;
  emitsQuestions: boolean;
  processes?: ProcessTable | undefined;
  fileEvents?: FileEvents | undefined;
}

const JUDGE_MS = 1_000;
const MAX_WAIT_POINTS = 2_900;

export class ClaudeHome {
  readonly #options: OpenPorts<HomeOptions>;
  readonly #problems: Problems;
  readonly #timers: Timers;
  readonly #folders: WatchedFolders<HomeFolder>;
  readonly #sweeps: Sweeps;
  readonly #book: SessionBook;
  readonly #files: SessionFiles;
  readonly #live: LiveFiles;
  readonly #vitals: VitalSigns;
  readonly #changedNames = new ChangedNames<HomeFolder>((folder, name) => this.#look(folder, name));
  readonly #names: HomeNames;
  /** The folders of sessions at work. */
  readonly #sessionFolders = new Set<string>();
  readonly #unknownKinds = new UnknownKinds();
  #unadopted: [string, SessionCheckpoint][];
  #hasAdopted = false;
  #hasStarted = false;

  constructor(options: OpenPorts<HomeOptions>) {
    const { id, dir: root, clock, log, redact, polling, emitsQuestions, fileEvents } = options;
    this.#options = options;
    this.#problems = createProblems(log, clock);
    this.#timers = new Timers(clock);
    const emit = (event: SessionEvent) => this.#emit(event);
    const onFact = (track: Track, fact: Fact) => this.#onFact(track, fact);
    this.#book = new SessionBook({ ...options, source: id, emitsQuestions, emit, onFact });
    this.#live = new LiveFiles({
      root,
      clock,
      sight: new ProcessSight(options.processes),
      onChange: (sessionId) => this.#lookAt(sessionId),
    });
    this.#files = this.#createFiles();
    const safe = createSafeText(redact);
    const describe = (text: string) => safe.lines(text, MAX_WAIT_POINTS);
    this.#vitals = new VitalSigns({ clock, book: this.#book, files: this.#files, live: this.#live, describe });
    this.#sweeps = new Sweeps({ clock, sweep: () => this.#sweep(), hasEvents: () => this.#folders.watching === 'events' });
    this.#unadopted = checkpointsBelow(root, options.checkpoints);
    this.#names = new HomeNames({
      root,
      problems: this.#problems,
      files: this.#files,
      live: this.#live,
      onMeta: (sessionId, agentId, meta) => this.#book.described(sessionId, agentId, meta),
      onMetaChanged: (sessionId, agentId, meta) => this.#vitals.described(sessionId, agentId, meta),
      onFolder: (path) => this.#foundFolder(path),
      onSignal: (signal) => this.#vitals.signalled(signal),
    });
    this.#folders = new WatchedFolders({
      root,
      layout: homeLayout(
        () => this.#sessionFolders,
        () => Date.now(),
      ),
      polling,
      problems: this.#problems,
      onName: (folder, name) => this.#onName(folder, name),
      onHint: () => this.#sweeps.soon(),
      onFound: () => undefined,
      onGone: () => undefined,
      ...(fileEvents === undefined ? {} : { events: fileEvents }),
    });
  }

  async start(): Promise<void> {
    const restored = this.#restore();
    await this.#sweeps.now();
    await Promise.all(restored.map((sessionId) => this.#reopen(sessionId)));
    this.#hasStarted = true;
    this.#sweeps.start();
    for (const { sessionId } of this.#book.sessions()) this.#lookAt(sessionId);
  }

  async stop(): Promise<void> {
    await this.#changedNames.stop();
    await this.#folders.stop();
    await this.#sweeps.stop();
    await this.#timers.stop();
    await this.#vitals.stop();
    await this.#live.stop();
    await this.#files.stop();
  }

  details(): HomeDetails {
    return {
      root: this.#options.dir,
      files: this.#files.size,
      lastEventAt: this.#options.lastEventAt(),
      unknownKinds: this.#unknownKinds.counts,
      problems: this.#problems.list(),
      watching: this.#folders.watching,
      readable: this.#folders.readable,
      forbidden: this.#folders.forbidden,
      wasRead: this.#hasStarted,
    };
  }

  #createFiles(): SessionFiles {
    const { dir: root, clock, onProgress } = this.#options;
    return new SessionFiles({
      root,
      clock,
      problems: this.#problems,
      onUnknown: (kind) => this.#unknownKinds.add(kind),
      openRunOf: (sessionId, agentId) => this.#book.get(sessionId, agentId)?.openRun,
      emit: (file, facts) => this.#take(file, facts),
      onProgress,
      onGone: (file) => this.#gone(file),
      isLive: ({ sessionId }) =>
        sessionId !== undefined && this.#live.of(sessionId).some(({ status }) => status !== undefined && status !== 'idle'),
      onRest: ({ path, sessionId }) => this.#sessionFolders.delete(join(dirname(path), sessionId ?? '')),
      projectFolders: () => this.#folders.all().flatMap(({ kind, path }) => (kind === 'project' ? [path] : [])),
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

  /** Turns that an earlier process saw open: their runs go on under their names. */
  #restore(): string[] {
    const homeBySession = new Map(
      this.#unadopted.flatMap(([, { sessionId, home }]) => (sessionId === undefined ? [] : [[sessionId, home]])),
    );
    for (const { sessionKey, runIds, yieldedRunId, since } of this.#options.openTurns()) {
      const [sessionId = '', agentId] = sessionKey.slice(keyOf('').length).split('/');
      if (!homeBySession.has(sessionId)) continue;
      const track = this.#book.track(sessionId, agentId);
      this.#book.place(track, homeBySession.get(sessionId));
      track.openRun = runIds.at(-1) ?? yieldedRunId;
      track.lastAt = since;
    }
    return [...new Set(this.#book.sessions().map(({ sessionId }) => sessionId))];
  }

  /** What was passed over still says whose lines these are. */
  #take(file: SessionFile, facts: readonly Fact[]): void {
    const memory = this.#files.decoderOf(file.path)?.memory;
    file.sessionId ??= memory?.about.sessionId;
    const { sessionId, agentId } = file;
    if (sessionId === undefined) return;
    const track = this.#book.track(sessionId, agentId);
    this.#book.place(track, file.home ?? memory?.home);
    const isFirst = track.introducedAs === '';
    if (isFirst && memory !== undefined) this.#book.learn(track, memory.about);
    this.#vitals.active(track);
    this.#book.take(track, facts);
    if (isFirst && memory !== undefined) this.#book.recall(track, memory.agentCalls.values());
    if (track.home !== undefined) file.home = track.home;
    if (agentId === undefined) this.#sessionFolders.add(join(dirname(file.path), sessionId));
    else this.#wantRoot(sessionId);
    if (agentId !== undefined) this.#vitals.agentRead(track);
    this.#lookAt(sessionId);
  }

  /** The turn that started a sub-agent at work is of interest, however old its last line is. */
  #wantRoot(sessionId: string): void {
    const path = this.#files.pathOf(sessionId);
    if (path === undefined || this.#files.get(path)?.isWanted === true || (this.#book.get(sessionId)?.introducedAs ?? '') !== '') return;
    this.#timers.track(this.#reopen(sessionId));
  }

  async #reopen(sessionId: string): Promise<void> {
    const path = this.#files.pathOf(sessionId);
    if (path === undefined) return;
    await this.#files.want(path);
    this.#remember(sessionId, path);
  }

  /** Nothing new may have been read of it, but what was read before says which sub-agents it asked for. */
  #remember(sessionId: string, path: string): void {
    const [memory, file] = [this.#files.decoderOf(path)?.memory, this.#files.get(path)];
    if (memory === undefined) return;
    const root = this.#book.track(sessionId);
    this.#book.place(root, file?.home ?? memory.home);
    this.#book.learn(root, memory.about);
    this.#book.recall(root, memory.agentCalls.values());
  }

  #onFact(track: Track, fact: Fact): void {
    if (fact.kind === 'paused') this.#vitals.paused(track, fact);
    if (fact.kind === 'agent_ended') this.#vitals.agentEnded(track.sessionId, fact);
  }

  /** A file was removed: nothing can end what it had open. */
  #gone({ sessionId, agentId }: SessionFile): void {
    if (sessionId === undefined) return;
    this.#book.emit(this.#book.track(sessionId, agentId), { type: 'source_lost', at: this.#options.clock.now() });
  }

  #lookAt(sessionId: string): void {
    if (!this.#hasStarted) return;
    this.#vitals.look(sessionId);
    this.#wantWaiting(sessionId);
    if (this.#vitals.mustJudge()) this.#timers.once('judge', JUDGE_MS, () => this.#judge());
  }

  /** A process may wait for so long that its session's file is at rest. */
  #wantWaiting(sessionId: string): void {
    const path = this.#files.pathOf(sessionId);
    const isAtWork = this.#live.of(sessionId).some(({ status, state }) => state === 'alive' && (status === 'waiting' || status === 'busy'));
    if (isAtWork && path !== undefined && this.#files.get(path)?.follower === undefined) this.#timers.track(this.#files.want(path));
  }

  async #judge(): Promise<void> {
    await this.#live.judge();
    if (this.#vitals.mustJudge()) this.#timers.once('judge', JUDGE_MS, () => this.#judge());
  }

  /** Finds what exists now, whatever events were lost. Live files first: they say what is of interest. */
  async #sweep(): Promise<void> {
    await this.#folders.discover();
    if (this.#folders.readable || !this.#hasAdopted) await this.#adopt();
    const folders = this.#folders.all();
    for (const folder of folders.filter(({ kind }) => kind !== 'project')) await this.#names.list(folder, this.#hasStarted);
    for (const folder of folders.filter(({ kind }) => kind === 'project')) await this.#names.list(folder, this.#hasStarted);
    await this.#files.sweep(this.#folders.watching === 'events' ? 'events' : 'polling');
  }

  async #adopt(): Promise<void> {
    const unadopted = this.#unadopted;
    this.#unadopted = [];
    for (const [path, checkpoint] of unadopted) {
      const agentId = /^agent-(.+)\.jsonl$/.exec(basename(path))?.[1];
      const { sessionId = agentId === undefined ? basename(path, '.jsonl') : undefined } = checkpoint;
      if (agentId !== undefined && sessionId !== undefined) await this.#names.readMeta(sessionId, agentId, dirname(path));
      await this.#files.adopt(path, agentId, { ...checkpoint, ...(sessionId === undefined ? {} : { sessionId }) });
    }
    this.#hasAdopted = true;
  }

  /** A session or a job has begun: its folder is watched from now on. */
  #foundFolder(path: string): void {
    if (dirname(path) !== join(this.#options.dir, 'jobs')) this.#sessionFolders.add(basename(path) === 'subagents' ? dirname(path) : path);
    this.#sweeps.soon();
  }

  #onName(folder: HomeFolder, name: string): void {
    if (this.#hasAdopted) this.#changedNames.add(folder, name); // until then the first sweep looks at everything
  }

  async #look(folder: HomeFolder, name: string): Promise<void> {
    if (this.#folders.at(folder.path) !== folder) return;
    const looked = this.#names.look(folder, name, this.#hasStarted);
    if (looked !== undefined && fileKindOf(folder.kind, name).kind === 'session') this.#timers.track(looked);
    else await looked;
  }
}
