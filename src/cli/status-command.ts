// `live-status status`: shows whether the daemon runs, its health, and where each box is.

import { readSettings } from '../config/config.ts';
import type { PidRecord } from '../process/pid-file.ts';
import { findHolding } from '../process/pid-places.ts';
import { askHealth, type HealthAnswer, healthTokenOf, type SeenHealth } from './ask-health.ts';
import { ownUid } from '../process/process-identity.ts';
import type { CliContext, Command } from './command.ts';
import { printProblems } from './config-problems.ts';
import { exitCodes, statusCodes } from '../process/exit-codes.ts';
import { columns } from './help.ts';

export const statusCommand: Command = {
  name: 'status',
  summary: 'show whether the watcher runs and where its boxes are',
  details: () =>
    [
      'Finds the watcher by PID_FILE and asks its GET /health, with HEALTH_TOKEN if set. One line for each session: its state, and the post of its box or why it has',
      'none.',
      '',
      'Exit codes: 0 running (whatever its health), 1 ended without removing its PID file, 3 not running, 4 unknown, 78 a variable is wrong.',
    ].join('\n'),
  options: {},
  run: (_values, context) => status(context),
};

async function status(context: CliContext): Promise<number> {
  const settings = readSettings(context.env, ['pidFile', 'healthToken', 'healthTokenFile']);
  if ('problems' in settings) {
    printProblems(settings.problems, context.err);
    return exitCodes.config;
  }
  const { path, state } = findHolding(settings.pidFile, context.env);
  switch (state.kind) {
    case 'absent':
      context.out('live-status is stopped.');
      return statusCodes.stopped;
    case 'stale':
      context.out(`live-status is not running; its PID file ${path} is stale: ${state.why}.`);
      return statusCodes.deadWithPidFile;
    case 'unverified':
    case 'refused':
      context.err(`It is unknown whether live-status runs: ${state.why}.`);
      return statusCodes.unknown;
    case 'running':
      // The file contains the address, so we send no token if somebody else may have written the file.
      for (const line of await runningLines(state.record, state.uid === ownUid() ? healthTokenOf(settings) : undefined)) context.out(line);
      return statusCodes.running;
    default:
      return state satisfies never;
  }
}

async function runningLines(record: PidRecord, token: string | undefined): Promise<string[]> {
  const first = `live-status is running (pid ${record.pid}).`;
  if (record.healthUrl === undefined) return [first, 'Health: off (HEALTH_PORT=0), so nothing more is known.'];
  const answer = await askHealth(record.healthUrl, { pid: record.pid, token });
  return [first, ...healthLines(answer, record.healthUrl)];
}

/** The daemon's health, as lines for people. */
export function healthLines(answer: HealthAnswer, url: string): string[] {
  switch (answer.kind) {
    case 'silent':
      return [`Health: unknown, ${url} does not answer (${answer.why}).`];
    case 'foreign':
      return [`Health: unknown, ${url} is answered by another program.`];
    case 'locked':
      return ['Health: it asks for a token. Set HEALTH_TOKEN or HEALTH_TOKEN_FILE as for the watcher, and run this as its user.'];
    case 'seen':
      return seenLines(answer.health);
    default:
      return answer satisfies never;
  }
}

function seenLines({ status: overall, reason, version, uptimeMs, boxes, sessions }: SeenHealth): string[] {
  const rows = sessions.map(({ agent, project, state, channelId, postId, why }): [string, string] => [
    `${agent}${project === undefined ? '' : ` · ${project}`}  ${state}`,
    `${channelId === undefined ? '' : `channel ${channelId}, `}${describePost(postId, why)}`,
  ]);
  return [
    `Health: ${overall}, ${reason}.`,
    `Version ${version}, up for ${describeDuration(uptimeMs)}.`,
    `Boxes: ${boxes.active} active, ${boxes.waiting} waiting, ${boxes.dirty} not up to date, ${boxes.parked.length} parked.`,
    ...((boxes.lostWithoutPost ?? 0) === 0 ? [] : [`${boxes.lostWithoutPost} turns were lost without a word and got no post.`]),
    ...(rows.length === 0 ? ['Sessions: none.'] : ['Sessions:', ...columns(rows)]),
  ];
}

function describePost(postId: string | undefined, why: string | undefined): string {
  if (postId === undefined) return `no post: ${why ?? 'it is not written yet'}`;
  return why === undefined ? `post ${postId}` : `post ${postId}: ${why}`;
}

function describeDuration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1_000)}s`;
  return minutes < 60 ? `${minutes}m` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}
