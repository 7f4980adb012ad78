// Concludes from processes what no line says: that a turn waits, that it is over, that it is lost. Owns the moments of patience before
// a conclusion, because lines come a little later.

import { hostname } from 'node:os';
import { setBounded } from '../../core/bounded-map.ts';
import type { Clock } from '../../core/clock.ts';
import { Timers } from '../../core/timers.ts';
import { HeardSignals } from './heard-signals.ts';
import type { Signal } from './hook-signals.ts';
import type { LiveFiles, LiveProcess } from './live-files.ts';
import type { AgentMeta } from './agent-links.ts';
import { keyOf, type SessionBook, type Track } from './session-book.ts';
import type { SessionFiles } from './session-files.ts';
import type { Fact } from './session-facts.ts';
import { Waits } from './live-waits.ts';

export interface VitalSignsOptions {
  clock: Clock;
  book: SessionBook;
  files: SessionFiles;
  live: LiveFiles;
  /** Redacts and shortens, and keeps the lines. */
  describe(text: string): string;
}

type Ended = Extract<Fact, { kind: 'agent_ended' }>['outcome'];

/** A process writes its last lines after its file is gone: 5 ms were seen. */
const GONE_MS = 400;
const MAX_ENDS = 1_000;
/** Longer than any line was seen to come after the status. */
const IDLE_MS = 2_000;
/** The programs before 2.1 write no end and have no live file. */
const PAUSE_MS = 5_000;
/** A process confirms within 1.7 s that it asks. If it does not, a hook of somebody else has answered. */
const CONFIRMED_MS = 2_000;
/** From here on every process has a live file. */
const FIRST_WITH_FILE = [2, 1, 139] as const;

export class VitalSigns {
  readonly #options: VitalSignsOptions;
  readonly #timers: Timers;
  readonly #waits: Waits;
  readonly #endByAgent = new Map<string, Extract<Fact, { kind: 'agent_ended' }>>();
  /** Sessions of which a process was seen. */
  readonly #hadProcess = new Set<string>();
  readonly #signals = new HeardSignals();

  constructor(options: VitalSignsOptions) {
    this.#options = options;
    this.#timers = new Timers(options.clock);
    this.#waits = new Waits((text) => options.describe(text), hostname());
  }

  /** Lines of this session were read, or its process has changed. */
  look(sessionId: string): void {
    const { book, live, clock } = this.#options;
    const processes = live.of(sessionId);
    if (processes.length > 0) this.#hadProcess.add(sessionId);
    const root = book.get(sessionId);
    if (root === undefined) return;
    if (processes.length > 0) this.#timers.cancel(`gone:${sessionId}`);
    for (const { name } of processes) if (name !== undefined) book.learn(root, { name });
    this.#loseBefore(root, processes);
    // A dialog of a process that has just taken the session up is none of the run before.
    const owners = processes.filter(({ startedAt }) => startedAt <= root.lastAt);
    const process = owners.find(({ status }) => status === 'waiting') ?? owners[0];
    const askedAt = this.#askedAt(sessionId, process);
    if (askedAt !== undefined) this.#timers.once(`asked:${sessionId}`, askedAt + CONFIRMED_MS - clock.now(), () => this.look(sessionId));
    const waiter = {
      root,
      tracks: book.ofSession(sessionId),
      process,
      job: live.jobOf(sessionId),
      askedAt,
    };
    for (const event of this.#waits.update(waiter, clock.now())) book.emit(root, event);
    this.#watchIdle(root, processes);
    if (processes.length === 0) this.#watchGone(sessionId);
  }

  /** A run looks as if it were over. Whatever follows says that it is not. */
  paused(track: Track, { runId, at }: Extract<Fact, { kind: 'paused' }>): void {
    const isSaid = this.#signals.at(track.sessionId, 'Stop') >= at;
    this.#timers.restart(`pause:${track.key}`, isSaid ? 0 : PAUSE_MS, () => {
      if (track.openRun === runId && track.callsById.size === 0) this.#end(track, 'done', at);
    });
  }

  /** A hook of ours has run. Lines may come a little later, and say more. */
  signalled(signal: Signal): void {
    const { sessionId, name } = signal;
    if (!this.#signals.hear(signal, this.#options.clock.now())) return;
    switch (name) {
      case 'PermissionRequest':
        return this.look(sessionId);
      case 'Stop':
      case 'StopFailure':
        this.#timers.track(this.#readAll(sessionId).then(() => this.#endPaused(sessionId)));
        return;
      case 'SessionEnd':
        return this.#timers.restart(`left:${sessionId}`, GONE_MS, () => this.#leave(signal));
      default:
        return name satisfies never;
    }
  }

  /** Only what the process has said since is newer. One that says nothing of itself would not tell us the answer, either. */
  #askedAt(sessionId: string, process: LiveProcess | undefined): number | undefined {
    const at = this.#signals.at(sessionId, 'PermissionRequest');
    const isNews = process?.status !== undefined && process.statusAt <= at && this.#options.clock.now() - at < CONFIRMED_MS;
    return isNews ? at : undefined;
  }

  /** What looks as if it were over is over. */
  #endPaused(sessionId: string): void {
    const root = this.#options.book.get(sessionId);
    if (root?.openRun === undefined || root.callsById.size > 0 || !this.#timers.isWaiting(`pause:${root.key}`)) return;
    this.#timers.cancel(`pause:${root.key}`);
    this.#end(root, 'done', root.lastAt);
  }

  /** The program has left the session. Another one may have it open, or have taken it up. */
  async #leave({ sessionId, at }: Signal): Promise<void> {
    await this.#readAll(sessionId);
    const root = this.#options.book.get(sessionId);
    if (root === undefined || root.lastAt > at || this.#options.live.of(sessionId).length > 0) return;
    this.#endPaused(sessionId);
    if (this.#hasOpenWork(sessionId)) this.#lose(sessionId);
  }

  /** A line came: the run is not over. */
  active(track: Track): void {
    this.#timers.cancel(`pause:${track.key}`);
    this.#timers.cancel(`idle:${track.sessionId}`);
  }

  /** The session's file tells how a sub-agent ended. Its own file, which may be read later, knows better. */
  agentEnded(sessionId: string, fact: Extract<Fact, { kind: 'agent_ended' }>): void {
    const key = keyOf(sessionId, fact.agentId);
    setBounded(this.#endByAgent, key, fact, MAX_ENDS);
    const track = this.#options.book.get(sessionId, fact.agentId);
    if (track !== undefined) this.agentRead(track);
  }

  /** Lines of a sub-agent were read. */
  agentRead(track: Track): void {
    const end = this.#endByAgent.get(track.key);
    if (end === undefined || track.openRun === undefined || track.lastAt > end.at) return;
    this.#timers.once(`ended:${track.key}`, GONE_MS, async () => {
      await this.#readAll(track.sessionId);
      if (track.openRun !== undefined && track.lastAt <= end.at)
        this.#end(track, end.outcome, end.outcome === 'done' ? track.lastAt : end.at);
    });
  }

  /** A sub-agent's `meta.json` tells that it has ended. Its last lines may come later. */
  described(sessionId: string, agentId: string, { isFinished, wasStopped }: AgentMeta): void {
    const name = `meta:${keyOf(sessionId, agentId)}`;
    if (!isFinished && !wasStopped) return this.#timers.cancel(name);
    this.#timers.restart(name, IDLE_MS, async () => {
      await this.#readAll(sessionId);
      const track = this.#options.book.get(sessionId, agentId);
      if (track?.openRun !== undefined) this.#end(track, wasStopped ? 'aborted' : 'done', this.#options.clock.now());
    });
  }

  /** Whether it matters that a process may vanish without a word. */
  mustJudge(): boolean {
    const { live } = this.#options;
    return live.all().some(({ sessionId, state }) => state !== 'gone' && this.#hasOpenWork(sessionId));
  }

  stop(): Promise<void> {
    return this.#timers.stop();
  }

  /** A session was taken up by a new process: what ran in it before is over, unless its process is there. */
  #loseBefore(root: Track, processes: readonly LiveProcess[]): void {
    if (root.openRun === undefined || root.lastAt === 0) return;
    const isTakenUp = processes.some(({ startedAt }) => startedAt > root.lastAt);
    if (isTakenUp && !processes.some(({ startedAt, state }) => startedAt <= root.lastAt && state === 'alive')) this.#lose(root.sessionId);
  }

  /** At the prompt nothing runs. But the last lines may still come. */
  #watchIdle(root: Track, processes: readonly LiveProcess[]): void {
    const name = `idle:${root.sessionId}`;
    const isIdle = processes.length > 0 && processes.every(({ status }) => status === 'idle');
    if (!isIdle || (root.openRun === undefined && root.handles.size === 0)) return this.#timers.cancel(name);
    this.#timers.once(name, IDLE_MS, async () => {
      await this.#readAll(root.sessionId);
      const isStill = this.#options.live.of(root.sessionId).every(({ status }) => status === 'idle');
      if (!isStill) return;
      const at = Math.max(...processes.map(({ statusAt }) => statusAt));
      if (root.openRun !== undefined) this.#end(root, 'done', at);
      for (const handle of root.handles) this.#options.book.take(root, [{ kind: 'background_ended', handle, at }]);
    });
  }

  #watchGone(sessionId: string): void {
    if (!this.#hasOpenWork(sessionId) || !this.#mustHaveProcess(sessionId)) return;
    this.#timers.once(`gone:${sessionId}`, GONE_MS, async () => {
      await this.#readAll(sessionId);
      if (this.#options.live.of(sessionId).length === 0) this.#lose(sessionId);
    });
  }

  #hasOpenWork(sessionId: string): boolean {
    return this.#options.book.ofSession(sessionId).some(({ openRun, handles }) => openRun !== undefined || handles.size > 0);
  }

  /** Without a live file nothing is known of an old version's process. */
  #mustHaveProcess(sessionId: string): boolean {
    if (this.#hadProcess.has(sessionId) || this.#options.live.all().some((process) => process.sessionId === sessionId)) return true;
    return this.#options.live.areVisible && isSince(this.#options.book.get(sessionId)?.about.version, FIRST_WITH_FILE);
  }

  async #readAll(sessionId: string): Promise<void> {
    const { files } = this.#options;
    await Promise.all(files.inUse(sessionId).map(({ path }) => files.read(path)));
  }

  #end(track: Track, outcome: Ended, at: number): void {
    const { files, book } = this.#options;
    const decoder = files.decoderOf(files.pathOf(track.sessionId, track.agentId) ?? '');
    const facts = decoder?.close(outcome, at) ?? [];
    if (facts.length > 0) return book.take(track, facts);
    if (track.openRun !== undefined) book.take(track, [{ kind: 'ended', runId: track.openRun, outcome, at }]);
  }

  /** The process is gone, and with it everything that was open. */
  #lose(sessionId: string): void {
    const { book, files, clock } = this.#options;
    this.#waits.forget(sessionId);
    for (const track of book.ofSession(sessionId)) {
      if (track.openRun === undefined && track.handles.size === 0) continue;
      files.decoderOf(files.pathOf(sessionId, track.agentId) ?? '')?.close('lost', clock.now());
      track.openRun = undefined;
      track.handles.clear();
      track.callsById.clear();
      book.emit(track, { type: 'source_lost', at: clock.now() });
    }
  }
}

function isSince(version: string | undefined, first: readonly number[]): boolean {
  if (version === undefined) return false;
  const parts = version.split('.').map(Number);
  for (const [index, least] of first.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
