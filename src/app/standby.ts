// What a publisher shows of itself while it stands by: its health, and who is active. Knows nothing of the election.

import { secretsOf, type Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import { Timers } from '../core/timers.ts';
import type { HealthReport } from '../health/health-report.ts';
import type { ProcessWatch } from '../health/process-facts.ts';
import { standbyReport } from '../health/standby-report.ts';
import { packageVersion } from '../process/package-version.ts';
import type { Release } from '../process/releases.ts';
import { createRedactor } from '../text/redact.ts';
import { servePages } from './health-service.ts';

export interface StandbyPorts {
  clock: Clock;
  log: Logger;
  process: ProcessWatch;
  /** Who is active, for people. `undefined` when nobody is, or it is not known. */
  askWhoIsActive(): Promise<string | undefined>;
  /** Why it could not take over; `undefined` when it could. */
  because(): string | undefined;
}

const LOOK_MS = 2_000;

export class Standby {
  readonly #config: Config;
  readonly #ports: StandbyPorts;
  readonly #startedAt: number;
  readonly #redact: (text: string) => string;
  readonly #timers: Timers<'look'>;
  #active: string | undefined;
  #stopServing: Release | undefined;

  constructor(config: Config, ports: StandbyPorts) {
    this.#config = config;
    this.#ports = ports;
    this.#startedAt = ports.clock.now();
    this.#redact = createRedactor(secretsOf(config));
    this.#timers = new Timers(ports.clock);
    this.#timers.repeat(
      'look',
      () => LOOK_MS,
      () => this.#look(),
    );
  }

  async begin(): Promise<void> {
    const { log } = this.#ports;
    const pages = { report: () => this.report(), tasks: () => [], counted: () => ({}) };
    this.#stopServing = await servePages(this.#config, { log, redact: this.#redact, pages });
    this.#timers.track(this.#look());
  }

  /** The port is free when this resolves: the run that begins serves its own pages there. */
  async end(): Promise<void> {
    await this.#stopServing?.();
    this.#stopServing = undefined;
  }

  async stop(): Promise<void> {
    await this.#timers.stop();
    await this.end();
  }

  report(): HealthReport {
    const { clock, process: watched, because } = this.#ports;
    return standbyReport({
      version: packageVersion(),
      pid: process.pid,
      startedAt: this.#startedAt,
      now: clock.now(),
      active: this.#active,
      because: because(),
      process: watched.facts(),
    });
  }

  /** One line, without a secret. */
  statusLine(): string {
    const { status, reason } = this.report();
    return this.#redact(`${status}: ${reason}`);
  }

  async #look(): Promise<void> {
    this.#active = await this.#ports.askWhoIsActive().catch(() => undefined);
  }
}
