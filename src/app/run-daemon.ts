// Runs the daemon on this machine: with its real time, files, sockets and sources.

import type { Config } from '../config/config.ts';
import type { Logger } from '../core/log.ts';
import { GRACE_MS } from '../takeover/leftovers.ts';
import { Daemon } from './daemon.ts';
import { localMachineOf, machineOf } from './machine.ts';

export interface DaemonOptions {
  log: Logger;
  /** Aborted by the first SIGTERM or SIGINT. */
  signal: AbortSignal;
  /** How long a turn may take to appear before its old post is declared lost; tests wait less. */
  graceMs?: number;
}

/** Runs until `signal` is aborted. Resolves with the exit code; rejects only for unexpected errors. */
export async function runDaemon(config: Config, { log, signal, graceMs = GRACE_MS }: DaemonOptions): Promise<number> {
  const { role, fleet } = config;
  if (role === 'publisher' && fleet !== undefined) {
    const { runPublisher } = await import('./run-publisher.ts'); // a machine alone loads no client of the bus
    return runPublisher(config, fleet, { log, signal, graceMs });
  }
  if (role === 'watcher' && fleet !== undefined) {
    const { FleetWatcher } = await import('./fleet-watcher.ts'); // a machine alone loads no client of the bus
    return new FleetWatcher(config, fleet, { log, machine: localMachineOf(config, log) }).run(signal);
  }
  return new Daemon(config, { log, graceMs, machine: machineOf(config, log) }).run(signal);
}
