// Wires sources, boxes and sinks together for as long as the daemon runs; no other file knows all of them.

import { once } from 'node:events';
import { Board } from '../boxes/board/board.ts';
import type { ForgottenBox } from '../boxes/board/board-ports.ts';
import type { BoxEntry } from '../boxes/board/box-entry.ts';
import { budgetLimits } from '../boxes/publish/budget.ts';
import { createPublisher } from '../boxes/publish/publisher.ts';
import type { BoxNews, BoxView, Publisher } from '../boxes/publish/publisher-ports.ts';
import { RequestBudget } from '../boxes/publish/request-budget.ts';
import { exitCodes } from '../process/exit-codes.ts';
import { packageVersion } from '../process/package-version.ts';
import { type Config, secretsOf } from '../config/config.ts';
import type { Coordinator } from '../coordinator/contract.ts';
import type { Clock } from '../core/clock.ts';
import type { SessionEvent } from '../core/event.ts';
import { Fold } from '../core/fold.ts';
import type { Logger } from '../core/log.ts';
import type { Source } from '../core/source.ts';
import { createRedactor } from '../text/redact.ts';
import { PushError } from '../core/sink.ts';
import { type AdoptingSink, withAdoption } from '../takeover/adoption.ts';
import { boardOptions, keptLinesOf, publisherOptions } from './box-options.ts';
import { Chat } from './chat.ts';
import { encoderOf, rendererOf } from './encoding.ts';
import { EventPath } from './event-path.ts';
import { coordinatorOf, marksOf } from './coordinator-wiring.ts';
import { type HealthParts, healthFacts } from './health-facts.ts';
import { serveHealth } from './health-service.ts';
import { Leftovers } from '../takeover/leftovers.ts';
import { SessionLimit, keysWithTurns } from './session-limit.ts';
import { StateStore } from '../store/state-store.ts';
import { createAlerts } from './alerts.ts';
import { Releases } from '../process/releases.ts';
import { createSupervisor, type Supervisor } from '../process/supervisor.ts';
import type { Machine } from './machine.ts';
import { type TwinSink, withTwinWatch } from '../takeover/twin.ts';
import { type PassingTime, startTime } from './passing-time.ts';
import { restoreState } from './restore.ts';
import { lastActivityOf, threadsOf } from './session-threads.ts';
import { RouteBook } from './route-book.ts';
import { likelyChannels, placerOf } from './target-channel.ts';
import { Counters } from '../health/counters.ts';
import { judgeHealth } from '../health/judge-health.ts';

const BOX_FLUSH_MS = 4_000; // of the five seconds that a stop may take

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
  readonly #onView: (view: BoxView | BoxNews) => void;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #version = packageVersion();
  readonly #startedAt: number;
  readonly #state: StateStore<BoxEntry>;
  readonly #redact: (text: string) => string;
  readonly #chat: Chat;
  readonly #routes: RouteBook;
  readonly #twin: TwinSink;
  readonly #sink: AdoptingSink;
  readonly #budget: RequestBudget;
  readonly #publisher: Publisher;
  readonly #fold: Fold;
  readonly #board: Board;
  readonly #path: EventPath;
  #sources: readonly Source[] = [];
  readonly #leftovers: Leftovers;
  /** Absent when it is off. */
  #coordinator: Coordinator | undefined;
  readonly #counters = new Counters();
  readonly #sessionLimit: SessionLimit;
  #time: PassingTime | undefined; // not before all is read: a slow start must not count as sleep of the machine
  #warnOfPrivacy: () => void = () => undefined; // known once the sessions are restored
  readonly #releases = new Releases();
  readonly #supervisor: Supervisor;

  constructor(config: Config, { log, graceMs, machine, onView = () => undefined }: DaemonPorts) {
    const { clock, instance, token, transport } = machine;
    this.#config = config;
    this.#machine = machine;
    this.#onView = onView;
    this.#log = log;
    this.#clock = clock;
    this.#startedAt = clock.now();
    const current = { sessions: () => this.#fold.sessionsByKey, entries: () => this.#board.entries() };
    this.#state = new StateStore(machine.checkpoint, current, () => this.#time?.flushSoon());
    this.#redact = createRedactor(secretsOf(config));
    this.#chat = new Chat(config, { clock, log, token, transport, remembered: this.#state });
    const { directory } = this.#chat;
    this.#routes = new RouteBook(config.routes ?? [], { clock, log, facts: this.#state.facts, resolve: (at) => directory.channelOf(at) });
    this.#twin = this.#createTwin();
    this.#sink = withAdoption(this.#twin, clock, instance, { turns: () => this.#board.identities(), posts: this.#state.posts });
    const { burst } = config.editsPerSecond;
    this.#budget = new RequestBudget(() => budgetLimits(this.#chat.perSecond(), burst), clock.monotonic());
    this.#publisher = this.#createPublisher();
    this.#fold = new Fold(keptLinesOf(config));
    this.#board = this.#createBoard();
    const tickAt = (instant: number): void => this.#time?.tickAt(instant);
    this.#path = new EventPath({
      clock,
      fold: this.#fold,
      tickAt,
      board: () => this.#board,
      coordinator: () => this.#coordinator,
      mayJudge: ({ address }) => this.#routes.isShown(address),
    });
    const sessions = this.#fold.sessionsByKey;
    const found = { sink: this.#sink, sessions, board: this.#board, publisher: this.#publisher, posts: this.#state.posts };
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
      () => this.#publisher.stop(),
    );
  }

  /** Runs until `signal` is aborted. Resolves with the exit code; rejects only for unexpected errors. */
  async run(signal: AbortSignal): Promise<number> {
    try {
      await this.#watch(signal);
      return exitCodes.ok;
    } catch (error) {
      if (signal.aborted) return exitCodes.ok;
      if (!(error instanceof PushError)) throw error;
      this.#log.error({ reason: error.reason }, `The watcher cannot start: ${error.message}.`);
      return exitCodes.config;
    } finally {
      await this.#releases.run(this.#log);
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    this.#sources = await this.#createSources();
    const [state, publisher, fold, board] = [this.#state, this.#publisher, this.#fold, this.#board];
    this.#warnOfPrivacy = restoreState({ state, publisher, fold, board, clock: this.#clock, log: this.#log });
    await this.#startCoordinator();
    this.#releases.add(await serveHealth(this.#config, { log: this.#log, redact: this.#redact, parts: () => this.parts() }));
    const connecting = this.#chat.connect(signal);
    connecting.catch(() => undefined); // awaited below; until then it must not count as unhandled
    this.#releases.add(() => this.#stopSources());
    await Promise.all(this.#sources.map((source) => source.start()));
    this.#leftovers.claimRemembered();
    this.#board.caughtUp();
    this.#releases.add(() => this.#leftovers.stop());
    void this.#chat.whenConnected.then(() => this.#leftovers.search());
    void this.#chat.whenConnected.then(() => this.#routes.resolveAll());
    this.#startTime();
    this.#log.info({ version: this.#version, boxes: this.#board.entries().length }, 'The watcher runs.');
    this.#supervisor.ready();
    const stopping = signal.aborted ? undefined : once(signal, 'abort');
    await Promise.race([stopping, connecting.then(() => stopping)]);
    await this.#shutDown();
  }

  async #stopSources(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.stop()));
  }

  #createTwin(): TwinSink {
    return withTwinWatch(this.#chat.sink, {
      clock: this.#clock,
      onOlder: () => this.#publisher.reclaim(),
      instance: this.#machine.instance,
      claimedAt: this.#startedAt,
      onReplaced: (reason) =>
        this.#log.error({}, `Another watcher has taken over: ${reason}. This one sends nothing any more; stop one of the two.`),
    });
  }

  #createPublisher(): Publisher {
    const ports = {
      sink: this.#sink,
      clock: this.#clock,
      random: () => this.#machine.random(),
      encode: encoderOf(this.#config, () => this.#chat.connected()?.maxPostChars),
      posts: this.#state.posts,
      log: this.#log,
      budget: this.#budget,
      meter: this.#counters,
      instance: this.#machine.instance,
      claimedAt: this.#startedAt,
      newPendingId: (boxId: string) => `${this.#chat.connected()?.userId ?? ''}:${boxId}`,
    };
    return createPublisher(ports, publisherOptions(this.#config));
  }

  #createBoard(): Board {
    const options = boardOptions(this.#config, (boxId) => (this.#coordinator?.violationsFor(boxId).length ?? 0) > 0);
    const ports = {
      clock: this.#clock,
      log: this.#log,
      sessions: this.#fold.sessionsByKey,
      emit: (event: SessionEvent) => this.#path.apply(event),
      tickAt: (instant: number) => this.#time?.tickAt(instant),
      meter: this.#counters,
      sketch: rendererOf(this.#config, this.#redact, this.#log, (boxId) => marksOf(this.#coordinator, boxId)),
      show: (view: BoxView | BoxNews) => {
        this.#onView(view);
        this.#publisher.show(view);
      },
      ...placerOf(this.#config, {
        chat: this.#chat,
        clock: this.#clock,
        budget: this.#budget,
        routes: {
          channelFor: (address) => this.#routes.channelFor(address),
          threads: threadsOf(this.#config, this.#state, {
            isAboutToShow: (boxId) => this.#board.isAboutToShow(boxId),
            threadOf: (session, channelId) => this.#sink.threadOf(session, channelId),
          }),
        },
      }),
      forget: ({ boxId, sessionKey }: ForgottenBox) => {
        this.#state.threads.activeUntil(sessionKey, lastActivityOf(this.#fold.sessionOf(sessionKey)));
        this.#publisher.forget(boxId);
        this.#fold.forgetTurn(sessionKey, boxId);
      },
    };
    return new Board(ports, options);
  }

  #createSources(): Promise<Source[]> {
    return this.#machine.sources({
      clock: this.#clock,
      log: this.#log,
      redact: this.#redact,
      emit: (event) => this.#apply(event),
      positions: this.#state.positions,
      visibility: (address) => this.#routes.visibility(address),
      sessions: () => this.#fold.sessionsByKey,
    });
  }

  async #startCoordinator(): Promise<void> {
    const ports = {
      clock: this.#clock,
      log: this.#log,
      redact: this.#redact,
      sessions: this.#fold.sessionsByKey,
      changed: (boxIds: readonly string[] | 'all') => this.#board.redraw(boxIds),
      postAlert: createAlerts({ sink: this.#twin, log: this.#log, connected: () => this.#chat.connected() }),
      isReplaced: () => this.#twin.replacedBy() !== undefined,
    };
    const coordinator = coordinatorOf(this.#config, ports, this.#state);
    if (coordinator === undefined) return;
    this.#coordinator = coordinator;
    this.#releases.add(() => coordinator.stop());
    await coordinator.start();
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
      publisher: this.#publisher,
      board: this.#board,
      posts: this.#state.posts,
      checkpoint: this.#machine.checkpoint,
      twin: this.#twin,
      coordinator: this.#coordinator,
      sessionLimit: this.#sessionLimit,
      routes: this.#routes,
      counters: this.#counters,
      process: this.#machine.process,
    };
  }

  #statusLine(): string {
    const { status, reason } = judgeHealth(healthFacts(this.parts()));
    return this.#redact(`${status}: ${reason}`);
  }

  #startTime(): void {
    const [clock, log, path, twin, chat, state] = [this.#clock, this.#log, this.#path, this.#twin, this.#chat, this.#state];
    const warnOfPrivacy = (): void => this.#warnOfPrivacy();
    this.#time = startTime({ clock, log, path, twin, chat, state, warnOfPrivacy }, this.#releases);
  }

  /** Every running box says that its turn is not watched any more. */
  async #shutDown(): Promise<void> {
    this.#supervisor.stopping();
    await this.#stopSources();
    this.#state.together(() => this.#path.interrupt());
    const { owed } = await this.#publisher.flush(BOX_FLUSH_MS);
    this.#state.flush(true);
    if (owed.length > 0)
      this.#log.warn({ owed: owed.length }, 'Some boxes may not show their last state yet; the next start updates them.');
    this.#log.info({}, 'The watcher stopped.');
  }
}
