// Wires sources, boxes and sinks together for as long as the daemon runs; no other file knows all of them.

import { once } from 'node:events';
import type { BoxEntry } from '../boxes/board/box-entry.ts';
import type { BoxNews, BoxView } from '../boxes/publish/publisher-ports.ts';
import { exitCodes } from '../process/exit-codes.ts';
import { packageVersion } from '../process/package-version.ts';
import { type Config, secretsOf } from '../config/config.ts';
import type { TurnWatch } from '../calls/turn-watch.ts';
import type { Coordinator } from '../coordinator/contract.ts';
import type { Clock } from '../core/clock.ts';
import type { SessionEvent } from '../core/event.ts';
import { Fold } from '../core/fold.ts';
import type { Logger } from '../core/log.ts';
import type { Source } from '../core/source.ts';
import { createRedactor } from '../text/redact.ts';
import { PushError } from '../core/sink.ts';
import { keptLinesOf } from './box-options.ts';
import { Boxes } from './boxes.ts';
import { Chat } from './chat.ts';
import { EventPath } from './event-path.ts';
import { coordinatorOf, type Findings, findingsOf } from './coordinator-wiring.ts';
import { type HealthParts, healthFacts } from './health-facts.ts';
import { serveHealth } from './health-service.ts';
import { Leftovers } from '../takeover/leftovers.ts';
import { SessionLimit, keysWithTurns } from './session-limit.ts';
import { StateStore } from '../store/state-store.ts';
import { createAlerts } from './alerts.ts';
import { turnWatchOf } from './call-wiring.ts';
import { createWhoAnswered } from './who-answered.ts';
import { Releases } from '../process/releases.ts';
import { createSupervisor, type Supervisor } from '../process/supervisor.ts';
import type { Machine } from './machine.ts';
import { createPage, type Page } from './page-feed.ts';
import { type PassingTime, startTime } from './passing-time.ts';
import { restoreState } from './restore.ts';
import { createSpendingCount } from './spending-count.ts';
import { RouteBook } from './route-book.ts';
import { likelyChannels } from './target-channel.ts';
import { Counters } from '../health/counters.ts';
import { SourceLag } from '../health/source-lag.ts';
import { judgeHealth } from '../health/judge-health.ts';

const BOX_FLUSH_MS = 4_000; // of the five seconds that a stop may take
const NEVER = new AbortController().signal;

export interface DaemonPorts {
  log: Logger;
  /** How long a turn may take to appear before its old post is declared lost. */
  graceMs: number;
  machine: Machine;
  /** Called with each view that boxes are to show, drawn or not. */
  onView?(view: BoxView | BoxNews): void;
}

/** One run of the watcher. */
export class Daemon {
  readonly #config: Config;
  readonly #machine: Machine;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #version = packageVersion();
  readonly #startedAt: number;
  readonly #state: StateStore<BoxEntry>;
  readonly #redact: (text: string) => string;
  readonly #chat: Chat;
  readonly #routes: RouteBook;
  readonly #fold: Fold;
  readonly #boxes: Boxes;
  readonly #path: EventPath;
  #sources: readonly Source[] = [];
  readonly #leftovers: Leftovers;
  /** Absent when it is off. */
  #coordinator: Coordinator | undefined;
  /** Absent when nothing is told in posts of its own. */
  #turnWatch: TurnWatch | undefined;
  /** Absent when it is off. */
  #page: Page | undefined;
  readonly #counters = new Counters();
  readonly #countSpending = createSpendingCount(this.#counters);
  readonly #lag: SourceLag;
  readonly #sessionLimit: SessionLimit;
  #time: PassingTime | undefined; // not before all is read: a slow start must not count as sleep of the machine
  #warnOfPrivacy: () => void = () => undefined; // known once the sessions are restored
  readonly #releases = new Releases();
  readonly #supervisor: Supervisor;
  readonly #graceMs: number;

  constructor(config: Config, { log, graceMs, machine, onView = () => undefined }: DaemonPorts) {
    const { clock, token, transport, fence } = machine;
    this.#config = config;
    this.#graceMs = graceMs;
    this.#machine = machine;
    this.#log = log;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#lag = new SourceLag(clock);
    const current = { sessions: () => this.#fold.sessionsByKey, entries: () => this.#boxes.board.entries() };
    this.#state = new StateStore(machine.checkpoint, current, (unwritten) => this.#time?.flushSoon(unwritten));
    this.#redact = createRedactor(secretsOf(config));
    this.#chat = new Chat(config, { clock, log, token, transport, fence, remembered: this.#state });
    const { directory } = this.#chat;
    this.#routes = new RouteBook(config.routes ?? [], { clock, log, facts: this.#state.facts, resolve: (at) => directory.channelOf(at) });
    this.#fold = new Fold(keptLinesOf(config));
    const tickAt = (instant: number): void => this.#time?.tickAt(instant);
    this.#boxes = this.#createBoxes(tickAt, onView);
    this.#path = this.#createPath(tickAt);
    const sessions = this.#fold.sessionsByKey;
    const { sink, board, publisher } = this.#boxes;
    const found = { sink, sessions, board, publisher, posts: this.#state.posts, gateways: this.#boxes.gateways };
    this.#leftovers = new Leftovers({ clock, log, channels: () => likelyChannels(this.#chat, this.#startedAt), ...found }, graceMs);
    this.#sessionLimit = new SessionLimit(clock, {
      heldKeys: () => keysWithTurns(sessions),
      agentOf: (key) => this.#fold.sessionOf(key).agentId,
    });
    this.#supervisor = createSupervisor({ env: machine.env, log, status: () => this.#statusLine() });
    this.#releases.add(
      () => this.#supervisor.close(),
      () => machine.checkpoint.close(),
      () => this.#chat.close(),
      () => publisher.stop(),
      () => this.#boxes.signs.stop(),
      () => this.#boxes.overviews.stop(),
    );
  }

  /**
   * Runs until `signal` is aborted, or `handedOver`: then another process goes on with the boxes, and nothing is said to them. Resolves with
   * the exit code; rejects only for unexpected errors.
   */
  async run(signal: AbortSignal, handedOver: AbortSignal = NEVER): Promise<number> {
    try {
      await this.#watch(AbortSignal.any([signal, handedOver]));
      if (!handedOver.aborted) await this.#shutDown();
      return exitCodes.ok;
    } catch (error) {
      if (signal.aborted || handedOver.aborted) return exitCodes.ok;
      if (!(error instanceof PushError)) throw error;
      this.#log.error({ reason: error.reason }, `The watcher cannot start: ${error.message}.`);
      return exitCodes.config;
    } finally {
      await this.#releases.run(this.#log);
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    this.#sources = await this.#createSources();
    const [state, fold, { board, publisher }] = [this.#state, this.#fold, this.#boxes];
    this.#warnOfPrivacy = restoreState({ state, publisher, fold, board, clock: this.#clock, log: this.#log });
    await this.#startCoordinator();
    this.#turnWatch = this.#createTurnWatch();
    const common = { log: this.#log, redact: this.#redact, parts: () => this.parts(), findings: () => this.#findings() };
    this.#page = createPage(this.#config, { ...common, instance: this.#machine.instance, ended: state.ended });
    this.#releases.add(await serveHealth(this.#config, { ...common, page: this.#page }));
    const connecting = this.#chat.connect(signal);
    connecting.catch(() => undefined); // awaited below; until then it must not count as unhandled
    this.#releases.add(() => this.#stopSources());
    await Promise.all(this.#sources.map((source) => source.start()));
    this.#leftovers.claimRemembered();
    board.caughtUp();
    if (this.#page !== undefined) board.redraw('all');
    this.#boxes.signs.settleAfter(this.#config.signs ? this.#graceMs : 0);
    this.#turnWatch?.start();
    this.#releases.add(() => this.#leftovers.stop());
    const { overviews } = this.#boxes;
    void this.#chat.whenConnected.then(() => Promise.all([this.#leftovers.search(), this.#routes.resolveAll()]));
    void this.#chat.whenConnected.then(() => overviews.start());
    this.#startTime();
    this.#log.info({ version: this.#version, boxes: board.entries().length }, 'The watcher runs.');
    this.#supervisor.ready();
    const stopping = signal.aborted ? undefined : once(signal, 'abort');
    await Promise.race([stopping, connecting.then(() => stopping)]);
  }

  async #stopSources(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.stop()));
  }

  #createBoxes(tickAt: (instant: number) => void, onView: (view: BoxView | BoxNews) => void): Boxes {
    return new Boxes({
      config: this.#config,
      machine: this.#machine,
      log: this.#log,
      claimedAt: this.#machine.claimedAt ?? this.#startedAt,
      redact: this.#redact,
      chat: this.#chat,
      state: this.#state,
      routes: this.#routes,
      fold: this.#fold,
      counters: this.#counters,
      findings: () => this.#findings(),
      emit: (event) => this.#path.apply(event),
      tickAt,
      onView: (view) => {
        onView(view);
        this.#page?.show(view);
      },
    });
  }

  #createPath(tickAt: (instant: number) => void): EventPath {
    const tellWhoAnswered = createWhoAnswered({
      directory: this.#chat.directory,
      log: this.#log,
      isWanted: () => (this.#coordinator ?? this.#turnWatch) !== undefined,
      emit: (event) => this.#path.apply(event),
    });
    return new EventPath({
      clock: this.#clock,
      fold: this.#fold,
      tickAt,
      board: () => this.#boxes.board,
      coordinator: () => this.#coordinator,
      watch: () => this.#turnWatch,
      onChange: (change) => {
        this.#countSpending(change);
        tellWhoAnswered(change);
      },
      routes: this.#routes,
    });
  }

  #createSources(): Promise<Source[]> {
    return this.#machine.sources({
      clock: this.#clock,
      log: this.#log,
      redact: this.#redact,
      emit: (event, sourceId) => {
        this.#lag.note(sourceId, event);
        this.#apply(event);
      },
      tell: (session, sourceId) => {
        this.#time?.checkJump();
        this.#path.tell(session, sourceId);
        this.#time?.flushSoon();
      },
      untell: (sessionKey) => this.#fold.untell(sessionKey),
      positions: this.#state.positions,
      visibility: (address) => this.#routes.visibility(address),
      sessions: () => this.#fold.sessionsByKey,
    });
  }

  /** What is said in boxes beside their turns: what our coordinator found, or those of the machines that are told of. */
  #findings(): Findings | undefined {
    return this.#machine.findings ?? this.#coordinator;
  }

  async #startCoordinator(): Promise<void> {
    const { board, twin } = this.#boxes;
    const ports = {
      clock: this.#clock,
      log: this.#log,
      redact: this.#redact,
      sessions: this.#fold.sessionsByKey,
      changed: (boxIds: readonly string[] | 'all') => board.redraw(boxIds),
      postAlert: createAlerts({ sink: twin, log: this.#log, connected: () => this.#chat.connected() }),
      isReplaced: () => twin.replacedBy() !== undefined,
    };
    const coordinator = coordinatorOf(this.#config, ports, this.#state);
    if (coordinator === undefined) return;
    this.#coordinator = coordinator;
    this.#releases.add(() => coordinator.stop());
    await coordinator.start();
  }

  #createTurnWatch(): TurnWatch | undefined {
    return turnWatchOf(this.#config, {
      clock: this.#clock,
      log: this.#log,
      redact: this.#redact,
      sessions: this.#fold.sessionsByKey,
      boxes: this.#boxes,
      chat: this.#chat,
      state: this.#state,
      findingsOf: (boxId) => findingsOf(this.#findings(), boxId),
      startedAt: this.#startedAt,
      tickAt: (instant) => this.#time?.tickAt(instant),
    });
  }

  /** A jump of the clock is applied before the events after it, which are dated by the new time. */
  #apply(event: SessionEvent): void {
    this.#time?.checkJump();
    for (const admitted of this.#sessionLimit.admit(event)) this.#path.apply(admitted);
    this.#time?.flushSoon();
  }

  /** The running parts, for the health report. */
  parts(): HealthParts {
    return {
      version: this.#version,
      startedAt: this.#startedAt,
      config: this.#config,
      clock: this.#clock,
      sources: this.#sources,
      chat: this.#chat,
      publisher: this.#boxes.publisher,
      board: this.#boxes.board,
      sessions: this.#fold.sessionsByKey,
      posts: this.#state.posts,
      machine: this.#machine,
      twin: this.#boxes.twin,
      coordinator: this.#coordinator,
      sessionLimit: this.#sessionLimit,
      routes: this.#routes,
      counters: this.#counters,
      lag: this.#lag,
    };
  }

  #statusLine(): string {
    const { status, reason } = judgeHealth(healthFacts(this.parts()));
    return this.#redact(`${status}: ${reason}`);
  }

  #startTime(): void {
    const [clock, log, path, chat, state, { twin }] = [this.#clock, this.#log, this.#path, this.#chat, this.#state, this.#boxes];
    const warnOfPrivacy = (): void => this.#warnOfPrivacy();
    this.#time = startTime({ clock, log, path, twin, chat, state, warnOfPrivacy }, this.#releases);
  }

  /** Every running box says that its turn is not watched any more. */
  async #shutDown(): Promise<void> {
    this.#supervisor.stopping();
    await this.#stopSources();
    this.#state.together(() => this.#path.interrupt());
    const { owed } = await this.#boxes.flush(BOX_FLUSH_MS);
    this.#state.flush(true);
    if (owed.length > 0)
      this.#log.warn({ owed: owed.length }, 'Some boxes may not show their last state yet; the next start updates them.');
    this.#log.info({}, 'The watcher stopped.');
  }
}
