// A publisher of a fleet: it stands by until it is the active one, writes the boxes as long as it is, and stands by again. Knows nothing of boxes.

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Config } from '../config/config.ts';
import type { FleetAccess } from '../config/fleet-access.ts';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/error-code.ts';
import type { Logger } from '../core/log.ts';
import { createRepeatLog, type RepeatLog } from '../core/repeat-log.ts';
import { Timers } from '../core/timers.ts';
import { wait } from '../core/wait.ts';
import { openBuckets } from '../fleet/buckets.ts';
import { connectToBus } from '../fleet/bus-connection.ts';
import { BusLink } from '../fleet/bus-link.ts';
import { Election } from '../fleet/election.ts';
import { RunRows } from '../fleet/run-rows.ts';
import { openTurnStream } from '../fleet/turn-stream.ts';
import { watchProcess } from '../health/process-facts.ts';
import { exitCodes } from '../process/exit-codes.ts';
import { createSupervisor, type Supervisor } from '../process/supervisor.ts';
import { systemClock } from '../process/system-clock.ts';
import { GRACE_MS } from '../takeover/leftovers.ts';
import { NotBegun, runAsPublisher } from './publisher-run.ts';
import { Standby } from './standby.ts';

const PING_MS = 2_000; // an election is lost in as little time
const CONNECT_MS = 5_000;
const LAPSE_MS = 5_000; // nothing is sent meanwhile
const AGAIN_MS = 500; // after a run that could not begin

export interface PublisherOptions {
  log: Logger;
  /** Aborted by the first SIGTERM or SIGINT. */
  signal: AbortSignal;
  /** How long a turn may take to appear before its old post is declared lost. */
  graceMs?: number;
}

/** A connection, with the candidature that was begun on it. */
interface Seat {
  readonly connection: NatsConnection;
  readonly election: Election;
}

/** Runs until `signal` is aborted. Resolves with the exit code; rejects only for unexpected errors. */
export async function runPublisher(config: Config, fleet: FleetAccess, options: PublisherOptions): Promise<number> {
  const publisher = new FleetPublisher(config, fleet, options);
  try {
    return await publisher.run();
  } finally {
    await publisher.stop();
  }
}

class FleetPublisher {
  readonly #config: Config;
  readonly #fleet: FleetAccess;
  readonly #options: PublisherOptions;
  readonly #log: Logger;
  readonly #watched = watchProcess(systemClock);
  readonly #link: BusLink;
  readonly #repeats: RepeatLog;
  readonly #name = `${hostname()}/${process.pid}`;
  readonly #standby: Standby;
  readonly #supervisor: Supervisor;
  readonly #timers: Timers<'lapse'>;
  #seat: Seat | undefined;
  /** Resolved when it may be active, and made anew while it is not. */
  #chosen = Promise.withResolvers<void>();
  #handedOver: AbortController | undefined;

  constructor(config: Config, fleet: FleetAccess, options: PublisherOptions) {
    this.#config = config;
    this.#fleet = fleet;
    this.#options = options;
    this.#log = options.log;
    this.#timers = new Timers(this.#clock);
    this.#repeats = createRepeatLog(options.log, this.#clock);
    this.#link = new BusLink({
      clock: this.#clock,
      log: options.log,
      connect: () => connectToBus(fleet, { pingInterval: PING_MS, timeout: CONNECT_MS }),
      onConnected: (connection) => this.#sitDown(connection),
    });
    this.#standby = this.#createStandby();
    this.#supervisor = createSupervisor({ env: process.env, log: options.log, status: () => this.#standby.statusLine() });
  }

  #createStandby(): Standby {
    const { clock, process } = this.#watched;
    return new Standby(this.#config, {
      clock,
      process,
      log: this.#log,
      askWhoIsActive: async () => {
        const { connection } = this.#link;
        return connection === undefined ? undefined : (await RunRows.claimOn(connection, this.#fleet.server))?.name;
      },
      because: () => this.#link.because,
    });
  }

  get #clock(): Clock {
    return this.#watched.clock;
  }

  async run(): Promise<number> {
    const { signal } = this.#options;
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await this.#standby.begin();
    this.#log.info({}, 'The publisher stands by.');
    this.#link.start();
    this.#supervisor.ready();
    while (!signal.aborted) {
      await Promise.race([this.#chosen.promise, stopped]);
      const code = signal.aborted ? undefined : await this.#publish();
      if (code !== undefined && code !== exitCodes.ok) return code;
    }
    this.#supervisor.stopping();
    return exitCodes.ok;
  }

  async stop(): Promise<void> {
    this.#supervisor.close();
    await this.#timers.stop();
    await this.#standby.stop();
    await this.#seat?.election.stop().catch(() => undefined);
    await this.#link.stop();
  }

  /** Takes part in the election on a new connection, for as long as that lasts. */
  async #sitDown(connection: NatsConnection): Promise<void> {
    const { server, replicas } = this.#fleet;
    await openTurnStream(connection, replicas);
    await openBuckets(connection, replicas);
    const election = new Election({
      clock: this.#clock,
      instance: randomUUID(),
      server,
      replicas,
      onChange: (isActive) => this.#elected(isActive),
    });
    this.#seat = { connection, election };
    void connection.closed().then(() => this.#standUp(election));
    await election.start(connection);
  }

  /** A short lapse ends no run: a machine that is too busy would begin one after the other. One that has been replaced finds that out itself. */
  #elected(isActive: boolean): void {
    this.#timers.cancel('lapse');
    if (isActive) this.#chosen.resolve();
    else this.#timers.once('lapse', LAPSE_MS, () => this.#handedOver?.abort());
  }

  async #standUp(election: Election): Promise<void> {
    if (this.#seat?.election === election) this.#seat = undefined;
    this.#handedOver?.abort();
    await election.stop().catch(() => undefined); // its connection is gone
  }

  /** One run as the active publisher. `undefined`: it could not begin, or somebody else goes on. */
  async #publish(): Promise<number | undefined> {
    const seat = this.#seat;
    this.#chosen = Promise.withResolvers();
    if (seat === undefined || !seat.election.isActive()) return undefined;
    const handedOver = new AbortController();
    this.#handedOver = handedOver;
    this.#log.info({}, 'This publisher is the active one.');
    await this.#standby.end();
    try {
      const code = await runAsPublisher({ ...this.#runFacts(seat), handedOver });
      return handedOver.signal.aborted ? undefined : code;
    } catch (error) {
      if (!(error instanceof NotBegun)) throw error;
      if (!this.#options.signal.aborted)
        this.#repeats.failed('run', { because: errorText(error) }, 'The publisher was chosen and cannot begin; it is tried again.');
      return undefined;
    } finally {
      this.#handedOver = undefined;
      await this.#afterRun(seat);
    }
  }

  #runFacts({ connection, election }: Seat) {
    const { signal, graceMs = GRACE_MS } = this.#options;
    return {
      ...this.#watched,
      config: this.#config,
      log: this.#log,
      graceMs,
      signal,
      connection,
      server: this.#fleet.server,
      name: this.#name,
      isActive: () => election.isActive(),
    };
  }

  /** The election may have been won again while the run ended; then nobody tells of a change. */
  async #afterRun({ election }: Seat): Promise<void> {
    if (this.#options.signal.aborted) return;
    await this.#standby.begin();
    await wait(this.#clock, AGAIN_MS, this.#options.signal);
    if (election.isActive()) this.#chosen.resolve();
  }
}
