// One home of Codex: emits what the rollouts in it say, under the keys of their threads.

import { hostname } from 'node:os';
import { addBounded, setBounded } from '../../core/bounded-map.ts';
import { asRecord, asText } from '../../core/json-guards.ts';
import type { Source, SourcePorts } from '../../core/source.ts';
import { Timers } from '../../core/timers.ts';
import { UnknownKinds } from '../../core/unknown-kinds.ts';
import { type OpenPorts, untilStopped } from '../../core/until-stopped.ts';
import type { LogFormat } from '../../files/log-format.ts';
import type { FileEvents } from '../../files/watch.ts';
import { type AgentLog, AgentLogs } from '../coding-agents/agent-logs.ts';
import { CODEX } from './codex-identity.ts';
import { DaemonSocket } from './daemon-socket.ts';
import { DAY_FOLDERS, isRollout, threadOfPath } from './day-folders.ts';
import { OpenThreads } from './open-threads.ts';
import type { RolloutEvent, SessionFacts } from './rollout-event.ts';
import { rolloutFormat } from './rollout-format.ts';
import type { ShownThread } from './shown-thread.ts';
import { sessionEvents } from './session-events.ts';
import { keyOfThread, threadOfKey } from './thread-key.ts';
import type { ThreadLocksOptions } from './thread-locks.ts';
import type { ThreadMemory } from './rollout-decoder.ts';
import { ThreadNames } from './thread-names.ts';
import { ThreadWatch } from './thread-watch.ts';
import { Waits } from './waits.ts';

export interface CodexHomeOptions extends SourcePorts {
  id?: string;
  /** The folder that `CODEX_HOME` names. It may be missing and is waited for. */
  home: string;
  /** Poll instead of using file events, for network mounts. */
  polling: boolean;
  fileEvents?: FileEvents;
  /** How locks are seen; by default as the system shows them. */
  locks?: Omit<ThreadLocksOptions, 'home'>;
}

const NAMES_MS = 500;
const MAX_THREADS = 5_000; // a forgotten thread is only introduced once more

/** A source that emits what the rollouts below `home` say, from `start` until `stop`. */
export function createCodexHome(options: CodexHomeOptions): Source {
  return untilStopped(options, (ports) => {
    const home = new CodexHome(ports);
    return {
      ...CODEX,
      id: options.id ?? CODEX.id,
      start: () => home.start(),
      stop: () => home.stop(),
      health: () => home.health(),
    };
  });
}

/** How a thread was introduced; `text` is all of it. */
interface Introduction {
  owner: ShownThread;
  facts: SessionFacts;
  text: string;
}

class CodexHome {
  readonly #options: OpenPorts<CodexHomeOptions>;
  readonly #logs: AgentLogs<RolloutEvent>;
  /** What was emitted of each thread. */
  readonly #toldByKey = new Map<string, Introduction>();
  readonly #names: ThreadNames;
  /** The models of threads that an earlier process had read. */
  readonly #modelByKey = new Map<string, string>();
  readonly #timers: Timers<'names'>;
  readonly #unknownKinds = new UnknownKinds();
  readonly #open = new OpenThreads();
  readonly #watch: ThreadWatch;
  readonly #daemon: DaemonSocket;
  readonly #waits: Waits;
  /** Where each thread writes now: a rewind goes on in a new file. */
  readonly #writesToByThread = new Map<string, string>();
  /** Threads whose rollouts are not known yet. */
  readonly #wantedThreads = new Set<string>();

  constructor(options: OpenPorts<CodexHomeOptions>) {
    const { home, polling, clock, log, checkpoints, onProgress, fileEvents } = options;
    this.#options = options;
    this.#names = new ThreadNames(home);
    this.#timers = new Timers(clock);
    this.#logs = new AgentLogs<RolloutEvent>({
      root: home,
      layout: DAY_FOLDERS,
      noun: 'rollout',
      isLog: isRollout,
      format: this.#format(),
      clock,
      log,
      polling,
      checkpoints,
      onProgress,
      emit: (file, events) => events.forEach((event) => this.#emitFrom(file, event)),
      onFound: (path) => this.#found(path),
      onGone: (path, session) => this.#vanished(path, session),
      onNote: (session, note) => this.#recall(session, note),
      isLive: ({ session }) => this.#open.has(threadOfKey(session ?? '') ?? ''),
      fileEvents,
    });
    this.#watch = new ThreadWatch({
      ...options.locks,
      home,
      clock,
      open: () => this.#open.ids(),
      catchUp: (id) => this.#logs.files.read(this.#writesToByThread.get(id) ?? ''),
      onGone: (id) => this.#lost(id),
    });
    this.#waits = new Waits({
      source: this.#source,
      now: () => clock.now(),
      emit: (event) => options.emit(event),
      isOpen: (id) => this.#open.has(id),
      lastCall: (id) => this.#open.lastCall(id),
      nameOf: (id) => this.#toldByKey.get(keyOfThread(id))?.owner.name(),
      host: hostname(),
    });
    this.#daemon = new DaemonSocket({
      home,
      clock,
      isNeeded: () => this.#open.ids().length > 0,
      onStatus: (id, waitsOn) => this.#waits.told(id, waitsOn),
      onSilence: () => this.#waits.silence(),
    });
  }

  #format(): LogFormat<RolloutEvent> {
    return rolloutFormat({
      ...this.#options,
      onUnknown: (kind) => this.#unknownKinds.add(kind),
      nameOf: (id) => this.#names.of(id),
      memoryOf: (id) => this.#memoryOf(id),
    });
  }

  async start(): Promise<void> {
    for (const { sessionKey } of this.#options.openTurns()) this.#open.add(threadOfKey(sessionKey) ?? '');
    await this.#names.refresh();
    await this.#logs.start();
    // Those of other homes are watched there.
    for (const id of this.#open.ids()) if (this.#pathOf(id) === undefined && !this.#writesToByThread.has(id)) this.#open.forget(id);
    if (this.#open.ids().length > 0) this.#wake();
  }

  #recall(key: string, note: unknown): void {
    const model = asText(asRecord(note)?.['model']);
    if (model !== undefined) setBounded(this.#modelByKey, key, model, MAX_THREADS);
  }

  #memoryOf(id: string): ThreadMemory {
    const key = keyOfThread(id);
    const model = this.#modelByKey.get(key);
    const turn = this.#options.openTurns().find(({ sessionKey }) => sessionKey === key);
    const openTurn = turn?.runIds.at(-1) ?? turn?.yieldedRunId;
    return { ...(model === undefined ? {} : { model }), ...(openTurn === undefined ? {} : { openTurn }) };
  }

  #wake(): void {
    this.#watch.wake();
    this.#daemon.wake();
    this.#timers.once('names', NAMES_MS, () => this.#renew());
  }

  /** A person may give a thread another name at any time; that is no line of its rollout. */
  async #renew(): Promise<void> {
    const at = this.#options.clock.now();
    if (await this.#names.refresh()) for (const { owner, facts } of this.#toldByKey.values()) this.#tell(owner, facts, at);
    if (this.#open.ids().length > 0) this.#timers.once('names', NAMES_MS, () => this.#renew());
  }

  async stop(): Promise<void> {
    await this.#timers.stop();
    await this.#daemon.stop();
    await this.#watch.stop();
    await this.#logs.stop();
  }

  health(): ReturnType<Source['health']> {
    return { ...this.#logs.health(), lastEventAt: this.#options.lastEventAt(), unknownKinds: this.#unknownKinds.counts };
  }

  get #source(): string {
    return this.#options.id ?? CODEX.id;
  }

  #emitFrom(file: AgentLog<RolloutEvent>, event: RolloutEvent): void {
    const { owner, body, at } = event;
    const key = keyOfThread(owner.thread.id);
    file.session = key;
    if (body.type === 'facts' && body.facts.model !== undefined) file.note = { model: body.facts.model };
    this.#introduce(key, owner, body.type === 'facts' ? body.facts : {}, at);
    if (body.type === 'facts') return;
    setBounded(this.#writesToByThread, owner.thread.id, file.path, MAX_THREADS);
    if (this.#open.apply(owner.thread.id, body)) this.#closed(owner.thread.id);
    else this.#wake();
    this.#emitAll(event);
  }

  #introduce(key: string, owner: ShownThread, facts: SessionFacts, at: number): void {
    if (this.#toldByKey.has(key) && Object.keys(facts).length === 0) return;
    this.#tell(owner, facts, at);
    if (owner.thread.parentId !== undefined) this.#wantThread(owner.thread.parentId);
  }

  /** Says what is known of a thread, if that is new. */
  #tell(owner: ShownThread, facts: SessionFacts, at: number): void {
    const key = keyOfThread(owner.thread.id);
    const text = JSON.stringify([facts, owner.label()]);
    if (this.#toldByKey.get(key)?.text === text) return;
    setBounded(this.#toldByKey, key, { owner, facts, text }, MAX_THREADS);
    this.#emitAll({ owner, at, body: { type: 'facts', facts } });
  }

  #emitAll(event: RolloutEvent): void {
    for (const told of sessionEvents(event, this.#source)) this.#options.emit(told);
  }

  /** The turn that spawned a thread matters, however old its last line is. */
  #wantThread(id: string): void {
    const path = this.#pathOf(id);
    if (path === undefined) addBounded(this.#wantedThreads, id, MAX_THREADS);
    else this.#logs.want(path);
  }

  #found(path: string): void {
    if (this.#wantedThreads.size > 0 && this.#wantedThreads.delete(threadOfPath(path))) queueMicrotask(() => this.#logs.want(path));
  }

  /** Rarely asked; of ten thousand old rollouts no more is kept than their paths. */
  #pathOf(threadId: string): string | undefined {
    return this.#logs.files.paths().find((path) => threadOfPath(path) === threadId);
  }

  /** A file that a rewind has left behind takes nothing with it. */
  #vanished(path: string, key: string): void {
    const id = threadOfKey(key);
    if (id !== undefined && (this.#writesToByThread.get(id) ?? path) === path) this.#lost(id);
  }

  /** Nothing of the thread is open any more, so nobody waits either. */
  #closed(threadId: string): void {
    this.#watch.closed(threadId);
    this.#waits.forget(threadId);
  }

  #lost(threadId: string): void {
    this.#open.forget(threadId);
    this.#closed(threadId);
    this.#options.emit({ type: 'source_lost', at: this.#options.clock.now(), sessionKey: keyOfThread(threadId), source: this.#source });
  }
}
