// `live-status stop`: asks the running daemon to end and waits for it.

import { setTimeout as sleep } from 'node:timers/promises';
import { readSettings } from '../config/config.ts';
import { errorCode, errorText } from '../core/error-code.ts';
import { removeIfStill } from '../process/pid-claim.ts';
import type { PidRecord } from '../process/pid-file.ts';
import { findHolding } from '../process/pid-places.ts';
import { lookAtProcess } from '../process/process-identity.ts';
import type { CliContext, Command } from './command.ts';
import { printProblems } from './config-problems.ts';
import { exitCodes } from '../process/exit-codes.ts';
import { describeHolder } from './pid-file-holder.ts';

const STOP_WAIT_MS = 10_000; // The daemon flushes for at most five seconds.
const POLL_MS = 50;

export const stopCommand: Command = {
  name: 'stop',
  summary: 'stop the watcher and wait until it has ended',
  details: () =>
    [
      'Finds the watcher by PID_FILE, sends SIGTERM if owner and start time show that it is the one that wrote the file, and waits up to',
      '10 s while it marks its boxes as interrupted.',
      '',
      'Exit codes: 0 stopped, or nothing was running; 1 still running, or unknown whether it runs; 78 PID_FILE is wrong.',
    ].join('\n'),
  options: {},
  run: (_values, context) => stop(context),
};

async function stop(context: CliContext): Promise<number> {
  const settings = readSettings(context.env, ['pidFile']);
  if ('problems' in settings) {
    printProblems(settings.problems, context.err);
    return exitCodes.config;
  }
  const { path, state } = findHolding(settings.pidFile, context.env);
  switch (state.kind) {
    case 'absent':
      context.out('live-status is not running.');
      return exitCodes.ok;
    case 'stale':
      context.out(`live-status is not running; the PID file was stale (${state.why}).`);
      return removal(removeIfStill(path, state.text)?.why, context);
    case 'unverified':
    case 'refused':
      context.err(`${describeHolder(state, path)} Nothing was stopped.`);
      return exitCodes.failed;
    case 'running':
      return signalAndWait(state.record, context);
    default:
      return state satisfies never;
  }
}

function removal(problem: string | undefined, context: CliContext): number {
  if (problem !== undefined) context.err(problem);
  return exitCodes.ok;
}

async function signalAndWait(record: PidRecord, { out, err }: CliContext): Promise<number> {
  try {
    process.kill(record.pid, 'SIGTERM');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') {
      err(`live-status (pid ${record.pid}) cannot be stopped by this user: ${errorText(error)}.`);
      return exitCodes.failed;
    }
  }
  const deadline = performance.now() + STOP_WAIT_MS;
  while (performance.now() < deadline) {
    if (hasEnded(record)) {
      out(`live-status has stopped (pid ${record.pid}).`);
      return exitCodes.ok;
    }
    await sleep(POLL_MS);
  }
  err(
    `live-status (pid ${record.pid}) was asked to stop and has not ended after ${STOP_WAIT_MS / 1_000} s. To end it at once: kill -9 ${record.pid}`,
  );
  return exitCodes.failed;
}

function hasEnded({ pid, startMark }: PidRecord): boolean {
  const seen = lookAtProcess(pid);
  return seen.kind === 'gone' || (seen.kind === 'alive' && seen.startMark !== startMark);
}
