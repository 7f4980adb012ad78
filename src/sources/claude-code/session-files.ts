// Follows the files of sessions and sub-agents, by session and not by path: a file moves when its session enters a worktree.

import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { setBounded } from '../../core/bounded-map.ts';
import { Timers } from '../../core/timers.ts';
import { RECENT_MS } from '../../files/followed-file.ts';
import { FollowedFiles } from '../../files/followed-files.ts';
import { neverThrowing } from '../../files/never-throwing.ts';
import type { FileProblem, ProblemRecorder } from '../../files/file-problems.ts';
import type { DecodedFile, LogFormat } from '../../files/log-format.ts';
import { hashKeyOf } from '../../files/seen-entries.ts';
import { whoseFile } from './file-names.ts';
import type { Fact } from './session-facts.ts';
import type { SessionCheckpoint } from './session-checkpoint.ts';
import { SessionDecoder } from './session-decoder.ts';
import { idOf, recordOf, type SessionFile } from './session-file.ts';

export interface SessionFilesOptions {
  root: string;
  clock: Clock;
  problems: ProblemRecorder<FileProblem>;
  onUnknown(kind: string): void;
  /** The run that was open when it was last read, in this process or an earlier one. */
  openRunOf(sessionId: string, agentId: string | undefined): string | undefined;
  emit(file: SessionFile, facts: readonly Fact[]): void;
  onProgress(path: string, checkpoint: SessionCheckpoint | undefined): void;
  /** The file is gone and its session is nowhere else. */
  onGone(file: SessionFile): void;
  isLive(file: SessionFile): boolean;
  onRest(file: SessionFile): void;
  /** The folders in which sessions lie. */
  projectFolders(): Iterable<string>;
}

/** Longer than anything takes that is written at once. */
const RELEASE_MS = 60;
const MAX_PROMPTS = 20_000;
const KEY_CHARS = 1_000;

export class SessionFiles {
  readonly #options: SessionFilesOptions;
  readonly #files: FollowedFiles<Fact, SessionFile>;
  readonly #decodersByPath = new Map<string, SessionDecoder>();
  readonly #pathBySession = new Map<string, string>();
  /** The first session that had a prompt of this id: later ones are copies. */
  readonly #sessionByPrompt = new Map<string, string>();
  readonly #timers: Timers;
  /** New files are read one after another, so that a copy is read after its original. */
  #reading: Promise<void> = Promise.resolve();

  constructor(options: SessionFilesOptions) {
    const { root, clock, problems } = options;
    this.#options = options;
    this.#timers = new Timers(clock);
    this.#files = new FollowedFiles<Fact, SessionFile>({
      root,
      clock,
      problems,
      format: this.#format(),
      // A read may still be going on in a file that has moved.
      emit: (file, facts) => (this.#files.get(file.path) === file ? options.emit(file, facts) : undefined),
      onProgress: (file) => this.#progressed(file),
      onEnded: (file) => this.#timers.track(this.#ended(file)),
      isLive: (file) => file.isWanted || options.isLive(file),
      isWorthShowing: (file, lastAt, hasEnded) => this.#isWorthShowing(file, lastAt, hasEnded),
      onRest: (file) => this.#rest(file),
    });
  }

  get size(): number {
    return this.#files.size;
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  get(path: string): SessionFile | undefined {
    return this.#files.get(path);
  }

  /** The decoder of a file in use. */
  decoderOf(path: string): SessionDecoder | undefined {
    return this.#decodersByPath.get(path);
  }

  /** Of an old session nothing is kept but its file. */
  pathOf(sessionId: string, agentId?: string): string | undefined {
    const path = this.#pathBySession.get(idOf(sessionId, agentId));
    return path !== undefined || agentId !== undefined ? path : this.#pathsOf(sessionId).find((each) => this.has(each));
  }

  #pathsOf(sessionId: string): string[] {
    return [...this.#options.projectFolders()].map((folder) => join(folder, `${sessionId}.jsonl`));
  }

  adopt(path: string, agentId: string | undefined, { sessionId, home, ...tail }: SessionCheckpoint): Promise<void> {
    const file = { ...recordOf(path, { agentId, sessionId, isNew: false }), ...(home === undefined ? {} : { home }) };
    this.#settle(file);
    return this.#files.adopt(file, tail);
  }

  /** Looks at a file that exists or existed. Resolves when it was read; for one that is not read there is no promise. */
  look(path: string, whose: Pick<SessionFile, 'agentId' | 'sessionId' | 'isNew'>): Promise<void> | undefined {
    if (this.has(path)) return this.#lookUnknown(path, { ...whose, isNew: false });
    if (!whose.isNew) return this.#lookNew(path, whose);
    this.#reading = this.#reading.then(() => this.#lookNew(path, whose));
    return this.#reading;
  }

  #lookNew(path: string, whose: Pick<SessionFile, 'agentId' | 'sessionId' | 'isNew'>): Promise<void> | undefined {
    const from = whose.sessionId === undefined ? undefined : this.#pathBySession.get(idOf(whose.sessionId, whose.agentId));
    return from === undefined || from === path ? this.#lookUnknown(path, whose) : this.#lookMoved(from, path, whose);
  }

  async #lookMoved(from: string, path: string, whose: Pick<SessionFile, 'agentId' | 'sessionId' | 'isNew'>): Promise<void> {
    const moved = await this.#moved(from, path, whose);
    if (!moved) await this.#lookUnknown(path, whose);
  }

  #lookUnknown(path: string, whose: Pick<SessionFile, 'agentId' | 'sessionId' | 'isNew'>): Promise<void> | undefined {
    return this.#files.look(path, whose.isNew, whose.isNew ? this.#makeNew : this.#makeOld);
  }

  /** The file of this session that is read already was renamed to `path`: it is read on from where that was. */
  async #moved(from: string, path: string, { sessionId, agentId }: Pick<SessionFile, 'agentId' | 'sessionId'>): Promise<boolean> {
    const before = this.#files.get(from);
    if (before?.checkpoint === undefined || (await exists(from))) return false;
    this.#release(from);
    this.#drop(from);
    const { home, isWanted, checkpoint } = before;
    const file = { ...recordOf(path, { agentId, sessionId, isNew: false }), isWanted, ...(home === undefined ? {} : { home }) };
    this.#settle(file);
    await this.#files.adopt(file, checkpoint);
    await this.#files.use(path);
    return true;
  }

  #drop(path: string): void {
    this.#files.forget(path);
    this.#decodersByPath.delete(path);
    this.#options.onProgress(path, undefined);
  }

  readonly #makeNew = (path: string): SessionFile => this.#made(path, true);
  readonly #makeOld = (path: string): SessionFile => this.#made(path, false);

  #made(path: string, isNew: boolean): SessionFile {
    const file = recordOf(path, { ...whoseFile(path), isNew });
    this.#settle(file);
    return file;
  }

  #settle(file: SessionFile): void {
    if (file.sessionId !== undefined) this.#pathBySession.set(idOf(file.sessionId, file.agentId), file.path);
  }

  /** Puts a file into use however old it is. */
  want(path: string): Promise<void> {
    const file = this.#files.recordOf(path);
    if (file !== undefined) file.isWanted = true;
    return this.#files.use(path);
  }

  read(path: string): Promise<void> {
    return this.#files.read(path);
  }

  sweep(watching: 'events' | 'polling'): Promise<void> {
    return this.#files.sweep(watching);
  }

  /** Files in use, of one session or of all. */
  inUse(sessionId?: string): SessionFile[] {
    return [...this.#files.inUse].filter((file) => sessionId === undefined || file.sessionId === sessionId);
  }

  async stop(): Promise<void> {
    await this.#files.stop(); // first: what has moved is not read any more where it is now
    await this.#timers.stop();
    await this.#reading;
  }

  #format(): LogFormat<Fact> {
    return {
      newDecoder: (file) => this.#newDecoder(file),
      entriesOf: (line) => [{ text: line, key: keyOfLine(line) }],
      opens: ({ kind }) => kind === 'prompt',
      hasEnded: (facts) =>
        (facts.findLast(({ kind }) => kind === 'prompt' || kind === 'resumed' || kind === 'ended')?.kind ?? 'ended') === 'ended',
    };
  }

  #newDecoder({ path, isWhole }: DecodedFile): (text: string) => { events: Fact[] } {
    const file = this.#files.get(path);
    const decoder = new SessionDecoder({
      isAgent: file?.agentId !== undefined,
      isWhole,
      knownRun: isWhole || file?.sessionId === undefined ? undefined : this.#options.openRunOf(file.sessionId, file.agentId),
      mayBeFork: file?.isNew === true,
      isCopy: (uuid) => (this.#sessionByPrompt.get(uuid) ?? file?.sessionId) !== file?.sessionId,
      onPrompt: (uuid) => this.#knowPrompt(uuid, file?.sessionId),
      onUnknown: (kind) => this.#options.onUnknown(kind),
    });
    this.#decodersByPath.set(path, decoder);
    const decode = neverThrowing(
      (text) => ({ events: decoder.decode(text) }),
      (kind) => this.#options.onUnknown(kind),
    );
    return (text) => {
      const { events } = decode(text);
      if (decoder.isHolding) this.#timers.restart(path, RELEASE_MS, () => this.#release(path));
      return { events };
    };
  }

  #knowPrompt(uuid: string, sessionId: string | undefined): void {
    if (sessionId !== undefined && !this.#sessionByPrompt.has(uuid)) setBounded(this.#sessionByPrompt, uuid, sessionId, MAX_PROMPTS);
  }

  /** Nothing came any more that lines may have waited for. */
  #release(path: string): void {
    const [file, decoder] = [this.#files.get(path), this.#decodersByPath.get(path)];
    if (file === undefined || decoder?.isHolding !== true) return;
    const facts = decoder.release();
    if (file.checkpoint !== undefined && facts.length > 0) this.#options.emit(file, facts);
    this.#progressed(file);
  }

  #progressed(file: SessionFile): void {
    const { checkpoint, path, sessionId, home } = file;
    if (checkpoint === undefined || this.#files.get(path) !== file || this.#decodersByPath.get(path)?.isHolding === true) return;
    this.#options.onProgress(path, {
      ...checkpoint,
      ...(sessionId === undefined ? {} : { sessionId }),
      ...(home === undefined ? {} : { home }),
    });
  }

  #isWorthShowing(file: SessionFile, lastAt: number, hasEnded: boolean): boolean {
    const isRecent = this.#options.clock.now() - lastAt < RECENT_MS;
    return isRecent || ((file.isWanted || this.#options.isLive(file)) && !hasEnded);
  }

  #rest(file: SessionFile): void {
    file.isWanted = false;
    this.#decodersByPath.delete(file.path);
    this.#options.onRest(file);
  }

  /** A rename to another folder is no end: the session is looked for everywhere. */
  async #ended(file: SessionFile): Promise<void> {
    this.#options.onProgress(file.path, undefined);
    const { sessionId, agentId } = file;
    if (sessionId === undefined) return this.#gone(file);
    const isElsewhere = this.#pathBySession.get(idOf(sessionId, agentId)) !== file.path;
    if (isElsewhere) this.#decodersByPath.delete(file.path);
    if (isElsewhere) return;
    const elsewhere = agentId === undefined ? await firstThere(this.#pathsOf(sessionId)) : undefined;
    if (elsewhere === undefined || elsewhere === file.path) return this.#gone(file);
    this.#decodersByPath.delete(file.path);
    const moved = { ...recordOf(elsewhere, { agentId, sessionId, isNew: false }), isWanted: file.isWanted };
    this.#settle(moved);
    if (file.checkpoint !== undefined) await this.#files.adopt(moved, file.checkpoint);
    await this.#files.use(elsewhere);
  }

  #gone(file: SessionFile): void {
    this.#decodersByPath.delete(file.path);
    if (file.sessionId !== undefined) this.#pathBySession.delete(idOf(file.sessionId, file.agentId));
    this.#options.onGone(file);
  }
}

/** Long lines differ at their ends, which have their ids. */
function keyOfLine(line: string): string {
  return hashKeyOf(line.length <= 2 * KEY_CHARS ? line : `${line.length}${line.slice(0, KEY_CHARS)}${line.slice(-KEY_CHARS)}`);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function firstThere(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await exists(path)) return path;
  return undefined;
}
