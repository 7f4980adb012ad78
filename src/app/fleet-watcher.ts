// Wires sources, rules and the bus together for as long as a watcher of a fleet runs: everything of a daemon but what needs a chat server.

import { once } from 'node:events';
import type { BoxEntry } from '../boxes/board/box-entry.ts';
import { type Config, secretsOf } from '../config/config.ts';
import type { FleetAccess } from '../config/fleet-access.ts';
import type { Coordinator } from '../coordinator/contract.ts';
import type { Alert, AlertOutcome } from '../coordinator/operator-alerts.ts';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/error-code.ts';
import type { SessionEvent } from '../core/event.ts';
import { Fold } from '../core/fold.ts';
import type { Logger } from '../core/log.ts';
import type { Source } from '../core/source.ts';
import { findingId } from '../fleet/told-finding.ts';
import { recordOf } from '../fleet/turn-record.ts';
import { WatcherBus } from '../fleet/watcher-bus.ts';
import { Counters } from '../health/counters.ts';
import type { HealthReport } from '../health/health-report.ts';
import { judgeHealth } from '../health/judge-health.ts';
import { SourceLag } from '../health/source-lag.ts';
import { exitCodes } from '../process/exit-codes.ts';
import { packageVersion } from '../process/package-version.ts';
import { Releases } from '../process/releases.ts';
import { createSupervisor, type Supervisor } from '../process/supervisor.ts';
import { StateStore } from '../store/state-store.ts';
import { createRedactor } from '../text/redact.ts';
import { cachedRedactor } from '../text/redact-cache.ts';
import { keptLinesOf, statusLimits } from './box-options.ts';
import { coordinatorOf, marksOf } from './coordinator-wiring.ts';
import { EventPath } from './event-path.ts';
import { tasksOf, type WatchedParts } from './health-facts.ts';
import { servePages } from './health-service.ts';
import type { LocalMachine } from './machine.ts';
import { type PassingTime, startTime } from './passing-time.ts';
import { restoreState } from './restore.ts';
import { RouteBook } from './route-book.ts';
import { keysWithTurns, SessionLimit } from './session-limit.ts';
import { createSpendingCount } from './spending-count.ts';
import { Teller } from './teller.ts';
import { watcherFacts } from './watcher-health.ts';

const FLUSH_MS = 2_500; // of the five seconds that a stop may take: what is on its way by then has two more
const EPOCH = 'epoch of the fleet'; // the key of that fact

export interface FleetWatcherPorts {
  log: Logger;
  machine: LocalMachine;
}

/** One run of a watcher. */
export class FleetWatcher {
  readonly #config: Config;
  readonly #machine: LocalMachine;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #url: string;
  readonly #state: StateStore<BoxEntry>;
  readonly #redact: (text: string) => string;
  readonly #routes: RouteBook;
  readonly #fold: Fold;
  readonly #bus: WatcherBus;
  readonly #teller: Teller;
  readonly #path: EventPath;
  readonly #sessionLimit: SessionLimit;
  readonly #counters = new Counters();
  readonly #lag: SourceLag;
  readonly #releases = new Releases();
  readonly #supervisor: Supervisor;
  #sources: readonly Source[] = [];
  /** Absent when it is off. */
  #coordinator: Coordinator | undefined;
  #time: PassingTime | undefined; // not before all is read: a slow start must not count as sleep of the machine

  constructor(config: Config, fleet: FleetAccess, { log, machine }: FleetWatcherPorts) {
    const { clock } = machine;
    this.#config = config;
    this.#machine = machine;
    this.#log = log;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#url = fleet.url;
    this.#lag = new SourceLag(clock);
    const current = { sessions: () => this.#fold.sessionsByKey, entries: () => this.#teller.entries() };
    this.#state = new StateStore(machine.checkpoint, current, (unwritten) => this.#time?.flushSoon(unwritten));
    this.#redact = createRedactor(secretsOf(config));
    const resolve = () => Promise.reject(new Error('a watcher knows no channels'));
    this.#routes = new RouteBook(config.routes ?? [], { clock, log, facts: this.#state.facts, resolve });
    this.#fold = new Fold(keptLinesOf(config));
    const epoch = this.#newEpoch();
    this.#bus = this.#createBus(fleet, epoch);
    this.#teller = this.#createTeller(epoch);
    this.#path = this.#createPath();
    this.#sessionLimit = new SessionLimit(clock, {
      heldKeys: () => keysWithTurns(this.#fold.sessionsByKey),
      agentOf: (key) => this.#fold.sessionOf(key).agentId,
    });
    this.#supervisor = createSupervisor({ env: machine.env, log, status: () => this.#statusLine() });
    this.#releases.add(
      () => this.#supervisor.close(),
      () => machine.checkpoint.close(),
      () => this.#bus.stop(),
      () => this.#teller.stop(),
    );
  }

  /** Runs until `signal` is aborted. Resolves with the exit code; rejects only for unexpected errors. */
  async run(signal: AbortSignal): Promise<number> {
    try {
      await this.#watch(signal);
      return exitCodes.ok;
    } finally {
      await this.#releases.run(this.#log);
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    this.#sources = await this.#createSources();
    const nobody = { adopt: () => undefined };
    const stored = { state: this.#state, publisher: nobody, fold: this.#fold, board: this.#teller, clock: this.#clock, log: this.#log };
    const warnOfPrivacy = restoreState(stored);
    await this.#startCoordinator();
    await this.#serveHealth();
    this.#bus.start();
    this.#releases.add(() => this.#stopSources());
    await Promise.all(this.#sources.map((source) => source.start()));
    this.#teller.caughtUp();
    const [clock, log, path, state] = [this.#clock, this.#log, this.#path, this.#state];
    this.#time = startTime({ clock, log, path, state, warnOfPrivacy }, this.#releases);
    this.#log.info({ version: packageVersion(), boxes: this.#teller.told }, 'The watcher runs.');
    this.#supervisor.ready();
    if (!signal.aborted) await once(signal, 'abort');
    await this.#shutDown();
  }

  async #stopSources(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.stop()));
  }

  #createBus({ server, ...access }: FleetAccess, epoch: number): WatcherBus {
    return new WatcherBus({
      clock: this.#clock,
      log: this.#log,
      access,
      server,
      gateway: this.#machine.gateway,
      version: packageVersion(),
      epoch: () => (this.#teller.isReading ? undefined : epoch),
      boxes: () => this.#teller.told,
      onConnected: () => this.#teller.tellAll(),
    });
  }

  #createTeller(epoch: number): Teller {
    const facts = { gateway: this.#machine.gateway, epoch, redact: cachedRedactor(this.#redact) };
    const ports = {
      clock: this.#clock,
      log: this.#log,
      sessions: this.#fold.sessionsByKey,
      outbox: this.#bus.outbox,
      record: (tree: Parameters<typeof recordOf>[0], seq: number) =>
        recordOf(tree, { ...facts, seq, marks: marksOf(this.#coordinator, tree.turn.boxId) }),
      isShown: (address: string | undefined) => this.#routes.isShown(address),
      remember: () => this.#state.flush(),
      tickAt: (instant: number) => this.#time?.tickAt(instant),
      forget: ({ sessionKey, boxId }: { sessionKey: string; boxId: string }) => this.#fold.forgetTurn(sessionKey, boxId),
    };
    return new Teller(ports, statusLimits(this.#config));
  }

  /** Later than that of any run before, also when the clock was set back meanwhile. */
  #newEpoch(): number {
    const before = this.#state.facts.get(EPOCH);
    const epoch = Math.max(this.#startedAt, typeof before === 'number' ? before + 1 : 0);
    this.#state.facts.put(EPOCH, epoch);
    return epoch;
  }

  #createPath(): EventPath {
    return new EventPath({
      clock: this.#clock,
      fold: this.#fold,
      tickAt: (instant) => this.#time?.tickAt(instant),
      board: () => this.#teller,
      coordinator: () => this.#coordinator,
      onChange: createSpendingCount(this.#counters),
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
      changed: (boxIds: readonly string[] | 'all') => this.#teller.redraw(boxIds),
      postAlert: (alert: Alert) => this.#tellAlert(alert),
      isReplaced: () => false,
    };
    const coordinator = coordinatorOf(this.#config, ports, this.#state);
    if (coordinator === undefined) return;
    this.#coordinator = coordinator;
    this.#releases.add(() => coordinator.stop());
    await coordinator.start();
  }

  /** The publisher posts it. */
  async #tellAlert({ id, at, place, text }: Alert): Promise<AlertOutcome> {
    try {
      await this.#bus.tellFinding({ id: findingId(id), at, text: this.#redact(text), ...(place === undefined ? {} : { place }) });
      return 'posted';
    } catch (error) {
      this.#log.debug({ because: errorText(error) }, 'A finding could not be told to the publisher; it is tried again.');
      return 'later';
    }
  }

  /** A jump of the clock is applied before the events after it, which are dated by the new time. */
  #apply(event: SessionEvent): void {
    this.#time?.checkJump();
    for (const admitted of this.#sessionLimit.admit(event)) this.#path.apply(admitted);
    this.#time?.flushSoon();
  }

  #report(): HealthReport {
    const { outbox, because, wasReached } = this.#bus;
    const told = this.#teller.told;
    const bus = { url: this.#url, because, wasReached, told, waiting: outbox.waiting, tooLarge: outbox.tooLarge };
    return judgeHealth(watcherFacts({ ...this.#parts(), rows: this.#teller.rows(), bus }));
  }

  #parts(): WatchedParts {
    return {
      version: packageVersion(),
      startedAt: this.#startedAt,
      config: this.#config,
      clock: this.#clock,
      sources: this.#sources,
      sessions: this.#fold.sessionsByKey,
      machine: this.#machine,
      coordinator: this.#coordinator,
      sessionLimit: this.#sessionLimit,
      routes: this.#routes,
      counters: this.#counters,
      lag: this.#lag,
    };
  }

  async #serveHealth(): Promise<void> {
    const pages = { report: () => this.#report(), tasks: () => tasksOf(this.#parts()), counted: () => this.#counters.all() };
    this.#releases.add(await servePages(this.#config, { log: this.#log, redact: this.#redact, pages }));
  }

  #statusLine(): string {
    const { status, reason } = this.#report();
    return this.#redact(`${status}: ${reason}`);
  }

  /** Every running turn is told not to be watched any more. */
  async #shutDown(): Promise<void> {
    this.#supervisor.stopping();
    await this.#stopSources();
    this.#state.together(() => this.#path.interrupt());
    await this.#bus.outbox.drain(FLUSH_MS);
    this.#state.flush(true);
    const owed = this.#bus.outbox.waiting;
    if (owed > 0) this.#log.warn({ owed }, 'The bus does not have the last state of some boxes; the next start tells them.');
    this.#log.info({}, 'The watcher stopped.');
  }
}
