// One run of the active publisher: the daemon, with records in place of sources, and with the bus in place of the disk.

import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { type Config, secretsOf } from '../config/config.ts';
import { errorText } from '../core/error-code.ts';
import type { Logger } from '../core/log.ts';
import { isRecord } from '../core/json-guards.ts';
import type { PostRecord } from '../core/post-record.ts';
import { tellerOf } from '../core/told-name.ts';
import { RunRows } from '../fleet/run-rows.ts';
import { wait } from '../core/wait.ts';
import type { ProcessWatch } from '../health/process-facts.ts';
import type { Clock } from '../core/clock.ts';
import { packageVersion } from '../process/package-version.ts';
import { createHttpTransport } from '../sinks/mattermost/transport.ts';
import { createRedactor } from '../text/redact.ts';
import { createAlerts } from './alerts.ts';
import { statusLimits } from './box-options.ts';
import { Daemon } from './daemon.ts';
import { FleetSource } from './fleet-source.ts';
import { type Machine, tokenOf } from './machine.ts';
import { mirroredCheckpoint } from './mirrored-checkpoint.ts';
import { ToldAlerts } from './told-alerts.ts';
import { ToldFindings } from './told-findings.ts';

export interface PublisherRun {
  config: Config;
  log: Logger;
  graceMs: number;
  clock: Clock;
  process: ProcessWatch;
  connection: NatsConnection;
  /** The chat server, as the bus calls it. */
  server: string;
  /** Names this process for people. */
  name: string;
  /** Whether this process is the active one at this moment. */
  isActive(): boolean;
  /** The first stop: boxes say that nobody updates them. */
  signal: AbortSignal;
  /** Another publisher goes on; aborted by this run, too, when it finds out first. */
  handedOver: AbortController;
}

const SHOWN_LATE_MS = 10 * 60_000; // of an end that no publisher has shown; less than any row or record of a box is kept

const LAST_ROWS_MS = 500; // of the five seconds that a stop may take

/** The bus does not give, or does not keep, what a run must know. */
export class NotBegun extends Error {}

/** Resolves with the exit code when it is stopped or handed over. Throws `NotBegun`, and unexpected errors. */
export async function runAsPublisher(run: PublisherRun): Promise<number> {
  const { config, log, graceMs, clock, connection, server, name, signal, handedOver } = run;
  const onReplaced = (because: string): void => {
    log.warn({ because }, 'Another publisher is active; this one stands by.');
    handedOver.abort();
  };
  const ended = AbortSignal.any([signal, handedOver.signal]);
  const rows = await RunRows.open({ clock, log, connection, server, name, isOpen, onReplaced }, ended).catch(notBegun);
  const daemon = new Daemon({ ...config, coordinator: 'off' }, { log, graceMs, machine: machineOf(run, rows) });
  const alerts = alertsOf(run, daemon);
  try {
    await alerts.start().catch(notBegun);
    return await daemon.run(signal, handedOver.signal);
  } finally {
    await alerts.stop();
    if (!handedOver.signal.aborted) await Promise.race([rows.settled(), wait(clock, LAST_ROWS_MS)]).catch(() => undefined);
    await rows.stop();
  }
}

function notBegun(error: unknown): never {
  throw new NotBegun(errorText(error), { cause: error });
}

function alertsOf({ config, log, clock, connection }: PublisherRun, daemon: Daemon): ToldAlerts {
  const { twin, chat, posts } = daemon.parts();
  const people = config.operators ?? [];
  const isWanted = people.length > 0 || config.operationsChannel !== undefined; // as by a machine alone
  return new ToldAlerts({
    clock,
    log,
    connection,
    redact: createRedactor(secretsOf(config)),
    people,
    perHour: config.callsPerHour,
    isPlaceOf: (gateway, channelId) => config.operationsChannel !== undefined || hasBoxIn(posts.records(), gateway, channelId),
    post: isWanted ? createAlerts({ sink: twin, log, connected: () => chat.connected() }) : async () => 'never',
  });
}

function hasBoxIn(records: readonly PostRecord[], gateway: string, channelId: string): boolean {
  return records.some(({ boxId, target }) => target.channelId === channelId && tellerOf(boxId) === gateway);
}

/** A post that the next run goes on with. */
function isOpen(kind: string, value: unknown): boolean {
  return kind === 'post' && isRecord(value) && value['final'] !== true;
}

function machineOf({ config, clock, process, connection, server, name, isActive }: PublisherRun, rows: RunRows): Machine {
  const token = tokenOf(config);
  const findings = new ToldFindings();
  const safe = async (): Promise<void> => {
    await Promise.all([rows.settled(), rows.confirm()]);
  };
  return {
    clock,
    process,
    random: Math.random,
    instance: randomUUID(),
    gateway: `fleet/${server}`, // what is no turn's own, such as a channel's board, is that of all publishers; no watcher is called so
    checkpoint: mirroredCheckpoint(rows),
    token,
    transport: createHttpTransport({ baseUrl: config.mmUrl, token: () => token.current(), version: packageVersion(), mayLeave: isActive }),
    env: {}, // the process reports to its supervisor, run or no run
    sources: async (host) => [new FleetSource({ connection, server, findings, limits: statusLimits(config) }, host)],
    fence: { isActive, safe },
    claimedAt: rows.claim.at,
    watchedSince: Math.max(rows.claim.since, rows.claim.at - SHOWN_LATE_MS),
    findings,
    publisher: { state: 'active', active: name },
  };
}
