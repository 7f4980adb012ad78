// `live-status start`: the daemon in the background.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { errorText } from '../core/error-code.ts';
import { inspectPidFile } from '../process/pid-file.ts';
import { findHolding } from '../process/pid-places.ts';
import { openPrivate } from '../process/private-file.ts';
import { localHealthUrl } from '../health/local-url.ts';
import { askHealth } from './ask-health.ts';
import { prepareStateDir } from '../process/state-dir.ts';
import type { CliContext, Command } from './command.ts';
import { readConfigOrPrint } from './config-problems.ts';
import { exitCodes } from '../process/exit-codes.ts';
import { refuseBesideOthers } from './foreign-watchers.ts';
import { holderExitCode, describeHolder } from './pid-file-holder.ts';

const LOG_NAME = 'live-status.log';
const STDERR_NAME = 'live-status.stderr.log';
const START_WAIT_MS = 60_000; // Loading takes a second, but far more on a machine that is still booting. An end is told at once.
const POLL_MS = 50;
const ANSWER_WAIT_MS = 30_000; // health listens a moment after the claim; a port that is taken is only logged

export const startCommand: Command = {
  name: 'start',
  summary: 'run the watcher in the background',
  details: () =>
    [
      `The log goes to ${LOG_NAME} in STATE_DIR, rotated at 10 MB with 3 older copies; what Node itself says at a crash is in`,
      `${STDERR_NAME} beside it. Waits until the watcher has claimed its PID file. A watcher that runs already is left alone.`,
      '',
      'Exit codes: 0 running, 73 a file cannot be created, 75 unknown whether it runs, 78 configuration missing or wrong,',
      'else that of the watcher that ended at once.',
    ].join('\n'),
  options: {},
  run: (_values, context) => start(context),
};

async function start(context: CliContext): Promise<number> {
  const config = readConfigOrPrint(context);
  if (!config) return exitCodes.config;
  const directory = prepareStateDir(config.stateDir);
  if (!directory.usable) {
    context.err(directory.problem);
    return exitCodes.cannotCreate;
  }
  const { path, state } = findHolding(config.pidFile, context.env);
  if (state.kind === 'running') {
    context.out(`live-status is already running (pid ${state.record.pid}).`);
    return exitCodes.ok;
  }
  const beside = refuseBesideOthers(context.err);
  if (beside !== undefined) return beside;
  if (state.kind === 'refused' || state.kind === 'unverified') {
    context.err(describeHolder(state, path));
    return holderExitCode(state);
  }
  if (directory.warning !== undefined) context.err(`Warning: ${directory.warning}`);
  return spawnDaemon(config, context);
}

async function spawnDaemon(config: Config, context: CliContext): Promise<number> {
  const logFile = join(config.stateDir, LOG_NAME);
  const stderrFile = join(config.stateDir, STDERR_NAME);
  const stderr = openPrivate(stderrFile, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC);
  try {
    const full = whyNotWritable(stderr);
    if (full !== undefined) {
      context.err(`${stderrFile} cannot be written: ${full}. Make room, or set STATE_DIR to another disk.`);
      return exitCodes.cannotCreate;
    }
    const program = [...process.execArgv, process.argv[1] ?? '', 'run', '--log-file', logFile];
    const child = spawn(process.execPath, program, { detached: true, env: context.env, stdio: ['ignore', 'ignore', stderr] });
    const ended = endOf(child);
    child.unref();
    return await waitForClaim(child, ended, config, { context, logFile, stderrFile });
  } finally {
    closeSync(stderr);
  }
}

/** On a full disk a new file stays empty, so the daemon could not say why it ended. */
function whyNotWritable(file: number): string | undefined {
  try {
    writeSync(file, '\n');
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

/** Filled in when the child ended before it could run. */
interface Ending {
  code?: number;
  problem?: string;
}

function endOf(child: ChildProcess): Ending {
  const ending: Ending = {};
  child.once('error', (error) => Object.assign(ending, { code: exitCodes.failed, problem: errorText(error) }));
  child.once('exit', (code) => Object.assign(ending, { code: code ?? exitCodes.unexpected }));
  return ending;
}

async function waitForClaim(
  child: ChildProcess,
  ending: Ending,
  config: Config,
  place: { context: CliContext; logFile: string; stderrFile: string },
): Promise<number> {
  const { context, logFile, stderrFile } = place;
  const deadline = performance.now() + START_WAIT_MS;
  while (performance.now() < deadline) {
    const state = inspectPidFile(config.pidFile);
    if (state.kind === 'running' && state.record.pid === child.pid) {
      await waitForAnswer(config, ending);
      if (ending.code === undefined) {
        context.out(`live-status is running (pid ${child.pid}). Its log is ${logFile}.`);
        return exitCodes.ok;
      }
    }
    if (ending.code !== undefined) {
      context.err(`live-status ended at once with exit code ${ending.code}. ${ending.problem ?? lastOutput(stderrFile, logFile)}`);
      return ending.code === 0 ? exitCodes.failed : ending.code;
    }
    await sleep(POLL_MS);
  }
  context.err(`live-status was started (pid ${child.pid}) but does not run yet; its log is ${logFile}.`);
  return exitCodes.failed;
}

/** What comes after this command may ask for health at once. */
async function waitForAnswer({ healthHost, healthPort }: Config, ending: Ending): Promise<void> {
  const url = localHealthUrl(healthHost, healthPort);
  if (url === undefined) return;
  const deadline = performance.now() + ANSWER_WAIT_MS;
  const isWaiting = (): boolean => ending.code === undefined && performance.now() < deadline;
  while (isWaiting() && (await askHealth(url)).kind === 'silent') await sleep(POLL_MS);
}

function lastOutput(stderrFile: string, logFile: string): string {
  const output = readFileSync(stderrFile, 'utf8').trim();
  return output === '' ? `Its log is ${logFile}.` : output;
}
