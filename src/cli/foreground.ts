// Runs a daemon with what it needs around it: PID file, log, signals, and the log of its failure. It does not know what the daemon does.

import { setFlagsFromString } from 'node:v8';
import type { Config } from '../config/config.ts';
import { secretsOf } from '../config/config.ts';
import { maskSecrets } from '../config/mask-secrets.ts';
import type { Logger } from '../core/log.ts';
import { createRedactor } from '../text/redact.ts';
import { errorText } from '../core/error-code.ts';
import { localHealthUrl } from '../health/local-url.ts';
import { createLog } from '../process/pino-log.ts';
import { claimPidFile, type Holder } from '../process/pid-claim.ts';
import { findHolding } from '../process/pid-places.ts';
import { openRotatingFile, type RotatingFile } from '../process/rotating-file.ts';
import { prepareStateDir } from '../process/state-dir.ts';
import type { CliContext } from './command.ts';
import { exitCodes } from '../process/exit-codes.ts';
import { readConfigOrPrint } from './config-problems.ts';
import { refuseBesideOthers } from './foreign-watchers.ts';
import { holderExitCode, describeHolder } from './pid-file-holder.ts';
import { listenForStop } from './stop-signals.ts';

/** Resolves with the exit code; `signal` is aborted by the first SIGTERM or SIGINT. */
export type Daemon = (config: Config, options: { log: Logger; signal: AbortSignal }) => Promise<number>;

export interface ForegroundOptions {
  readonly context: CliContext;
  readonly loadDaemon: () => Promise<Daemon>;
  /** Takes the log instead of stdout; rotated. */
  readonly logFile?: string | undefined;
}

const LEFTOVER_MS = 1_000; // After its exit code a daemon has nothing left to do; what still keeps the process alive is a leak.
const KEEP_ALIVE_MS = 60_000;

/** Runs the daemon in this process until it ends. Resolves with the exit code. */
export async function runInForeground({ context, loadDaemon, logFile }: ForegroundOptions): Promise<number> {
  const config = readConfigOrPrint(context);
  if (!config) return exitCodes.config;
  const directory = prepareStateDir(config.stateDir);
  const beside = refuseBesideOthers(context.err);
  if (beside !== undefined) return beside;
  const elsewhere = holderElsewhere(config.pidFile, context.env);
  if (elsewhere !== undefined) {
    context.err(describeHolder(elsewhere.state, elsewhere.path));
    return holderExitCode(elsewhere.state);
  }
  const claim = await claimPidFile(config.pidFile, localHealthUrl(config.healthHost, config.healthPort));
  if (claim.kind !== 'claimed') {
    context.err(describeHolder(claim, config.pidFile));
    return holderExitCode(claim);
  }
  process.once('exit', claim.release);
  try {
    const stream = logFile === undefined ? undefined : openRotatingFile(logFile);
    return await runLogged(config, loadDaemon, stream, directory.usable ? directory.warning : undefined);
  } catch (error) {
    context.err(`The log file cannot be opened: ${errorText(error)}`);
    return exitCodes.cannotCreate;
  } finally {
    process.off('exit', claim.release);
    claim.release();
  }
}

/** A running watcher whose PID file is at another place than ours. */
function holderElsewhere(pidFile: string, env: NodeJS.ProcessEnv): { path: string; state: Holder } | undefined {
  const { path, state } = findHolding(pidFile, env);
  return path !== pidFile && (state.kind === 'running' || state.kind === 'unverified') ? { path, state } : undefined;
}

// Never rejects: an error of the daemon becomes a line of the log.
async function runLogged(
  config: Config,
  loadDaemon: () => Promise<Daemon>,
  stream: RotatingFile | undefined,
  warning: string | undefined,
): Promise<number> {
  const log = createLog({ level: config.logLevel, redact: logRedactor(config), ...(stream ? { stream } : {}) });
  if (warning !== undefined) log.warn({}, warning);
  const stopLogging = logUnexpected(log);
  const stop = listenForStop((name) => log.info({ signal: name }, 'Stopping; a second signal stops at once.'));
  const keepAlive = setInterval(() => undefined, KEEP_ALIVE_MS);
  try {
    const daemon = await loadDaemon();
    keepHeapSmall();
    return await daemon(config, { log, signal: stop.signal });
  } catch (error) {
    log.error({ err: error }, 'The watcher failed.');
    return exitCodes.unexpected;
  } finally {
    clearInterval(keepAlive);
    stop.dispose();
    stopLogging();
    setTimeout(() => process.exit(), LEFTOVER_MS).unref();
  }
}

// Masks our own secrets exactly, even short ones, and every text with the shape of a secret.
function logRedactor(config: Config): (text: string) => string {
  const secrets = secretsOf(config);
  const mask = maskSecrets(secrets);
  const redact = createRedactor(secrets);
  return (text) => redact(mask(text));
}

// Without this, Node would print the error unmasked. Unhandled rejections arrive here, too.
function logUnexpected(log: Logger): () => void {
  function onUnexpected(error: unknown): void {
    log.error({ err: error }, 'An unexpected error; the watcher stops.');
    process.exit(exitCodes.unexpected);
  }
  process.on('uncaughtException', onUnexpected);
  return () => process.off('uncaughtException', onUnexpected);
}

/**
 * V8 doubles the young generation of the heap while much of it survives, up to more than 100 MiB, and never shrinks it again.
 * Reading many files at once makes short-lived objects, and these are collected as well in the size that a started process has.
 * It also lets what survives grow to a multiple before it collects: 1,000 sessions at work live in 65 MiB and took 151.
 */
function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=50');
}
