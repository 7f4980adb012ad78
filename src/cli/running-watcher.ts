// Finds the running watcher for commands that ask it something.

import { readSettings } from '../config/config.ts';
import type { PidRecord } from '../process/pid-file.ts';
import { findHolding } from '../process/pid-places.ts';
import { exitCodes, statusCodes } from '../process/exit-codes.ts';
import { ownUid } from '../process/process-identity.ts';
import { healthTokenOf } from './ask-health.ts';
import type { CliContext } from './command.ts';
import { printProblems } from './config-problems.ts';

/** How to ask it; or the exit code for a watcher that does not run, after its reason was printed. */
export type FoundWatcher = { readonly record: PidRecord; readonly token: string | undefined } | { readonly exitCode: number };

export function findWatcher(context: CliContext): FoundWatcher {
  const settings = readSettings(context.env, ['pidFile', 'healthToken', 'healthTokenFile']);
  if ('problems' in settings) {
    printProblems(settings.problems, context.err);
    return { exitCode: exitCodes.config };
  }
  const { path, state } = findHolding(settings.pidFile, context.env);
  switch (state.kind) {
    case 'absent':
      context.out('live-status is stopped.');
      return { exitCode: statusCodes.stopped };
    case 'stale':
      context.out(`live-status is not running; its PID file ${path} is stale: ${state.why}.`);
      return { exitCode: statusCodes.deadWithPidFile };
    case 'unverified':
    case 'refused':
      context.err(`It is unknown whether live-status runs: ${state.why}.`);
      return { exitCode: statusCodes.unknown };
    case 'running':
      // The file contains the address, so we send no token if somebody else may have written the file.
      return { record: state.record, token: state.uid === ownUid() ? healthTokenOf(settings) : undefined };
    default:
      return state satisfies never;
  }
}
